"""Whatever is typed, pasted or forged on the live page is stored whole or refused in one sentence, and the text stays (R14)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.exceptions import ConnectionClosed

from results.store import open_store
from survey.response import DONT_KNOW, MAX_LINK, MAX_TEXT, NOT_APPLICABLE, Answer
from tests.browser.conftest import enter
from tests.browser.streamlit_client import Client, open_session
from tests.browser.test_journey import question
from tests.naughty import NAUGHTY, STORABLE

LONG = 40_000
SCRIPTS = {
    "comment": "ក្រសួងសេដ្ឋកិច្ច 👨‍👩‍👧‍👦 ",
    "note": "তথ্য ও যোগাযোগ প্রযুক্তি ",
    "reason": "ກະຊວງເຕັກໂນໂລຊີ ແລະ ການສື່ສານ ",
}
COMMENT = "Comment (seen by"
SAVED = re.compile(r"^Saved \d\d:\d\d$")


def stored(server, item: str) -> list[Answer]:
    """All versions of the coordinator's answer, the oldest first; stops the server."""
    server.kill()
    store = open_store(f"duckdb:///{server.database}")
    try:
        response = server.scene.response_in(store, "north")
        return [one.answer for one in sorted(store.history(response, item), key=lambda one: one.revision)]
    finally:
        store.close()


def opened(server, query: str = "q=tiny&s=direction") -> Client:
    return Client(server.port, open_session(server.port, server.scene.tokens["coordinator"]), "questions", query)


def newest(client: Client, part: str) -> str:
    """The widget that the page shows now: a version that a colleague has replaced leaves earlier ones behind."""
    return [name for name in client.widgets if part in name][-1]


def send(client: Client, item: str, part: str, value: object) -> str:
    """What the card says then."""
    name = newest(client, f"-{item}-{part}-")
    client.values[name] = value
    client.run(client.widgets[name][1])
    return " ".join(client.html)


def ended(client: Client) -> None:
    """Read until the server closes."""
    while True:
        client.socket.recv(timeout=10)


def level(client: Client, item: str, chosen: int) -> str:
    return client.options[newest(client, f"-{item}-code-")][chosen - 1]


def test_every_text_is_stored_to_the_character_or_refused(server):
    client = opened(server)
    send(client, "plan", "code", level(client, "plan", 2))
    kept = [""]
    for name, text in NAUGHTY.items():
        if name == "lone_surrogate":  # no message can hold it: the next test
            continue
        said = send(client, "plan", "comment", text)
        if name in STORABLE:
            assert "Saved " in said, name
            kept += [text] if text != kept[-1] else []
        else:
            assert "Not saved" in said, name
            assert "not text" in said, name
    client.close()
    assert [one.comment for one in stored(server, "plan")] == kept
    assert len(kept) > 80


@pytest.mark.parametrize(
    "forged", [b"\xed\xa0\x80", b"\xff", b"\xc0\x80"], ids=["lone surrogate", "no UTF-8", "long zero"]
)
def test_bytes_that_are_no_text_end_the_connection_and_nothing_else(server, forged):
    client = opened(server)
    send(client, "plan", "code", level(client, "plan", 2))
    name, message = client.widget("-plan-comment-"), BackMsg()
    message.rerun_script.fragment_id = client.widgets[name][1]
    message.rerun_script.widget_states.widgets.add(id=name, string_value="#" * len(forged))
    client.socket.send(message.SerializeToString().replace(b"#" * len(forged), forged))
    with pytest.raises(ConnectionClosed):
        ended(client)
    again = opened(server)
    assert "Saved " in send(again, "plan", "comment", "all is well")
    again.close()
    assert stored(server, "plan")[-1] == Answer(2, comment="all is well")


def test_an_answer_to_a_question_no_longer_asked_is_kept_and_the_page_goes_on(server):
    client, colleague = opened(server), opened(server)
    send(client, "plan", "code", level(client, "plan", 3))
    client.run()
    review = level(client, "review", 4)
    colleague.run()
    assert "Saved " in send(colleague, "plan", "code", level(colleague, "plan", 1))
    assert "Saved " in send(client, "review", "code", review)
    client.html = []
    client.run()
    assert 'id="q-plan"' in " ".join(client.html)
    assert 'id="q-review"' not in " ".join(client.html)
    client.close()
    colleague.close()
    assert stored(server, "review") == [Answer(4)]


def test_forty_thousand_characters_in_each_field_are_stored_whole(server, open_page):
    page = open_page(390, 844)
    enter(page, server.link("coordinator"))
    page.goto(f"{server.url}/questions?q=tiny&s=people")
    question(page, "training").locator("label").filter(has_text="Not applicable").click()
    fields = {
        "reason": page.get_by_label("Why does this question not apply"),
        "comment": page.get_by_label(COMMENT),
        "note": page.get_by_label("Where in the document"),
    }
    fields["reason"].wait_for()
    page.get_by_text("Evidence and comment").click()
    texts = {part: (SCRIPTS[part] * LONG)[:LONG] for part in fields}
    for part, field in fields.items():
        field.fill(texts[part])
        field.press("Tab")
        expect(page.get_by_text(SAVED)).to_have_count(1)
    page.wait_for_timeout(500)
    page.reload()
    page.get_by_text("Evidence and comment").click()
    for part, field in fields.items():
        expect(field).to_have_value(texts[part])
    assert stored(server, "training")[-1] == Answer(NOT_APPLICABLE, **texts)


REFUSED = (
    (COMMENT, "ក" * (MAX_TEXT + 1), r"^Not saved.* 50001 characters and at most 50000"),
    ("Where in the document", "😀" * (MAX_TEXT + 1), r"^Not saved.* 50001 characters and at most 50000"),
    (
        "Link to the document",
        "https://safe.example/" + "a" * MAX_LINK,
        r"^Not saved.* 2021 characters and at most 2000",
    ),
    ("Link to the document", "javascript:alert(document.cookie)", r"^Not saved.* must begin with https"),
)


def test_what_is_too_long_or_no_link_is_refused_and_stays(server, open_page):
    page = open_page()
    enter(page, server.link("coordinator"))
    page.goto(f"{server.url}/questions?q=tiny&s=people")
    question(page, "training").locator("label").nth(5).click()
    expect(page.get_by_text(SAVED)).to_have_count(1)
    page.get_by_text("Evidence and comment").click()
    for level_chosen, (label, text, said) in enumerate(REFUSED):
        field = page.get_by_label(label)
        field.fill(text)
        field.press("Tab")
        expect(page.get_by_role("alert").filter(has_text=re.compile(said))).to_be_visible()
        expect(field).to_have_value(text)
        question(page, "training").locator("label").nth(level_chosen).click()
        expect(page.get_by_role("alert").filter(has_text=re.compile(said))).to_be_visible()
        expect(field).to_have_value(text)
        field.fill("")
        field.press("Tab")
        expect(page.get_by_text(SAVED)).to_have_count(1)
    assert stored(server, "training") == [Answer(DONT_KNOW), Answer(1), Answer(2), Answer(3), Answer(4)]


def test_a_text_of_megabytes_is_refused_and_stays_and_answering_goes_on(server):
    """Every later message of the page carries it too."""
    client = opened(server)
    said = send(client, "plan", "comment", "ក" * 1_500_000)
    assert "The text has 1500000 characters and at most 50000 can be stored" in said
    assert "1500000 characters" in send(client, "plan", "code", level(client, "plan", 4))
    assert "Saved " in send(client, "plan", "comment", "short")
    client.close()
    assert stored(server, "plan") == [Answer(4, comment="short")]


def test_pasted_rich_text_is_its_text(server, open_page):
    page = open_page()
    enter(page, server.link("coordinator"))
    source = page.context.new_page()
    source.goto(f"{server.url}/leave")
    source.evaluate(
        """() => {
          document.body.innerHTML = '<div id=rich><b>Bold</b> <a href="https://evil.example/">a link</a>'
            + '<table><tr><td>1</td><td>2</td></tr></table><ul><li>កម្ពុជា</li></ul></div>';
          getSelection().selectAllChildren(document.getElementById("rich"));
        }"""
    )
    source.keyboard.press("Control+C")
    page.goto(f"{server.url}/questions?q=tiny&s=people")
    question(page, "training").locator("label").nth(2).click()
    expect(page.get_by_text(SAVED)).to_have_count(1)
    page.get_by_text("Evidence and comment").click()
    page.get_by_label(COMMENT).focus()
    page.keyboard.press("Control+V")
    page.keyboard.press("Tab")
    expect(page.get_by_label(COMMENT)).to_have_value(re.compile("Bold a link"))
    pasted = page.get_by_label(COMMENT).input_value()
    page.wait_for_timeout(1500)
    expect(page.get_by_text(SAVED)).to_have_count(1)
    assert "<" not in pasted
    assert "evil.example" not in pasted
    assert "កម្ពុជា" in pasted
    assert stored(server, "training")[-1] == Answer(3, comment=pasted)
