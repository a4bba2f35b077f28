"""A questionnaire on paper: every question with its levels as boxes to tick and lines to write on; empty, or with what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from charts.theme import ALERT, HAIRLINE, INK, LEVEL_COLOURS, MUTED
from charts.wording import Translate
from reports.offline import OfflineResponse, answer_name, asked_note, tier_name
from reports.typesetting import printable, typeset
from survey.questionnaire import TIERS, Item
from survey.response import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, codes_offered

_LONGEST: Final = 4_000  # characters of an author's or organiser's text, as the questionnaire's format has it
_LONG: Final = 4_000  # characters of a question and all beside it; a page holds some 5,000, of wide scripts fewer
_LONGEST_SAID: Final = 600  # of an answer's text: the workbook and the pages have all of it


def form_pdf(response: OfflineResponse, t: Translate, language: str = "en") -> bytes:
    """The form on A4 paper, a tagged PDF. A text with characters that no font here has shows � for them; of a longer one than 600
    characters the beginning is printed, with "…"."""
    numbers = response.numbers()
    asked = response.questionnaire
    data = {
        "language": language.replace("_", "-").split("-")[0],
        "title": _shown(asked.title) or t("Form"),
        "organisation": _shown(response.whose(language)) or "–",
        "round": _shown(response.round_name),
        "invented": t("Invented data") if response.invented else "",
        "notice": [line for line in map(_shown, response.notice.splitlines()) if line],
        "how": list(_how(t)),
        "sections": [
            {
                "title": f"{number}. {_shown(dimension.title)}",
                "items": [_question(response, item, numbers, t) for item in items],
            }
            for number, (dimension, items) in enumerate(response.parts(), 1)
        ],
        "version": f"{asked.id} {asked.version}",
        "colours": {"ink": INK, "muted": MUTED, "line": HAIRLINE, "accent": LEVEL_COLOURS[-1], "alert": ALERT},
        "texts": _texts(t),
    }
    return typeset("form.typ", data)


def _question(response: OfflineResponse, item: Item, numbers: dict[str, str], t: Translate) -> dict[str, Any]:
    answer = response.answer(item.id)
    levels, others = [], []
    for code in codes_offered(item):
        ticked = code == answer.code != UNANSWERED
        if code in (DONT_KNOW, NOT_APPLICABLE):
            others.append({"text": answer_name(t, code), "ticked": ticked})
        else:
            levels.append({"number": str(code), "text": _shown(item.anchor(code)), "ticked": ticked})
    chosen = answer.evidence if answer.evidence or answer.level else -1  # "no evidence" is said of a level only
    drawn = {
        "number": numbers[item.id],
        "text": _shown(item.text),
        "critical": item.critical,
        "notes": [note for note in (asked_note(t, item, numbers), _shown(item.scope or "")) if note],
        "levels": levels,
        "others": others,
        "asks_reason": item.allow_na,
        "tiers": [
            {"text": tier_name(t, tier), "ticked": tier == chosen}
            for tier in range(len(TIERS))
            if tier < len(TIERS) - 1 or tier == answer.evidence
        ],
        **{part: _said(getattr(answer, part)) for part in ("reason", "link", "note", "comment")},
    }
    return {**drawn, "long": len(repr(drawn)) > _LONG}


def _how(t: Translate) -> Iterable[str]:
    return (
        t(
            "For each question tick one box: the highest level of which every part is true. “Most” means more than half."
        ),
        t("“Don’t know” is an answer. “Not applicable” needs a reason."),
        t("Questions marked “Critical” need an answer before the response can be submitted."),
        t("Afterwards the answers are typed in, or entered in the workbook. This paper is not sent anywhere."),
    )


def _texts(t: Translate) -> dict[str, str]:
    return {
        "organisation": t("Organisation"), "round": t("Round"), "notice": t("Who asks, why, and who will see the answers"),
        "how": t("How to fill it in"), "name": t("Filled in by"), "date": t("Date"), "critical": t("Critical"),
        "reason": t("If not applicable: why?"), "evidence": t("Evidence"), "link": t("Link to the document (https)"),
        "note": t("Where in the document, or what it shows"), "comment": t("Comment"),
    }  # fmt: skip


def _shown(text: str) -> str:
    return printable(text, _LONGEST).text


def _said(text: str) -> str:
    return printable(text, _LONGEST_SAID).text
