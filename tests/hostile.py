"""A workshop in which every text is one of `tests.naughty`: questionnaire, names, notice, labels, answers."""

from __future__ import annotations

import json
from itertools import cycle

from access import respondent
from access.actor import Actor
from access.invitation import InvitationDesk, actor_of, add_invitation
from access.setup import RoundPlan, add_organisation, create_round
from access.workshop import Workshop
from survey.response import Answer
from survey.text_file import NOT_TEXT
from tests.naughty import STORABLE
from tests.workshops import Scene, inform

# A questionnaire's file takes no control characters and no text of spaces only, and 4,000 characters at most.
TEXTS = {
    name: text
    for name, text in STORABLE.items()
    if text.strip() and len(text) <= 4000 and not NOT_TEXT.search(text) and not text.startswith("\ufeff")
}
EXTRA = {
    "autolink": "https://beacon.invalid/x www.beacon.invalid a.b@beacon.invalid",
    "arrows": "-> <- -- >= <= ~= ---",
    "icons": ":material/delete: :streamlit: :smile: :+1: :)",
    "indented": "    four spaces",
    "rule": "***",
    "numbered": "1. one",
    "long_word": "A" * 3900,
    "markers": "\ue001 \u2060",
}
ALL = TEXTS | EXTRA
PER_SECTION = 21


def _parts(values: list, size: int) -> list[list]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def _item(number: int, text: str, anchors: list[str], rest) -> dict:
    return {
        "id": f"i{number}", "text": text, "scope": next(rest), "why": next(rest), "critical": number == 0,
        "allow_na": number != 0, "anchors": anchors, "next_steps": [next(rest) for _ in range(4)],
        "evidence": {"ask": next(rest), "sufficient": next(rest), "insufficient": next(rest)},
    }  # fmt: skip


def questionnaire(per_section: int = PER_SECTION) -> str:
    """Each text is an item's text and an anchor of some item; the others take their turn. YAML, as JSON is."""
    texts = list(ALL.values())
    turn, anchors = cycle(texts), cycle(texts)
    items = [_item(n, text, [next(anchors) for _ in range(5)], turn) for n, text in enumerate(texts)]
    titles = [" ¦ ".join(some) for some in _parts([text for text in texts if len(text) < 60], 3)]
    sections = [
        {"id": f"d{n}", "title": titles[n % len(titles)], "items": list(some)}
        for n, some in enumerate(_parts(items, per_section))
    ]
    whole = {
        "format": 1, "id": "hostile", "version": "1.0.0", "title": titles[0], "purpose": titles[1],
        "levels": [{"level": n, "name": f"{n} {texts[n]}", "meaning": texts[n]} for n in range(1, 6)],
        "dimensions": sections,
    }  # fmt: skip
    return json.dumps(whole, ensure_ascii=False)


def hostile_scene(store, folder, **_: str) -> Scene:
    """One organisation for each text, in one round; north has answered everything with every text in turn."""
    path = folder / "questionnaire.yaml"
    path.write_text(questionnaire(), encoding="utf-8")
    workshop = Workshop(store)
    name = ALL["script"] + ALL["bidi_override"].removesuffix("\u202c") + ALL["md_image"]
    round_ = create_round(workshop, RoundPlan(name, ((path, "full"),), notice="\n".join(ALL.values()), invented=True))
    countries = cycle(("GE", "KH", "LA", "MN"))
    north = add_organisation(workshop, round_, "GE", name)
    organisations = {"north": north} | {
        key: add_organisation(workshop, round_, next(countries), text) for key, text in ALL.items()
    }
    tokens = {role: add_invitation(workshop, round_, north.id, role, name) for role in ("coordinator", "respondent")}
    tokens["facilitator"] = add_invitation(workshop, round_, None, "facilitator", name)
    for text in ALL.values():
        add_invitation(workshop, round_, north.id, "respondent", text)
    desk = InvitationDesk(workshop)
    actors: dict[str, Actor] = {who: actor_of(workshop, desk.open(token)) for who, token in tokens.items()}
    for one in actors.values():
        inform(workshop, one)
    (sheet,) = respondent.my_sheets(workshop, actors["coordinator"])
    for number, item in enumerate(sheet.questionnaire.items):
        if number % 3 == 2:
            continue  # some stay missing: the review page lists them
        text = ALL[list(ALL)[number % len(ALL)]]
        answer = (
            Answer(7, reason=text, comment=text) if item.allow_na and number % 3 else Answer(2, 1, "", text, "", text)
        )
        respondent.queue_answer(workshop, actors["coordinator"], sheet.state.id, item.id, answer, based_on=0).result()
    return Scene(workshop, round_, organisations, actors, tokens)
