"""What a page may not send: every R-code of the answer check, and the links that are refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.response import MAX_LINK, MAX_TEXT, NOT_APPLICABLE, Answer, AnswerRefusedError, check_answer, host_of
from tests.naughty import NAUGHTY
from tests.survey.files import feature

QUESTIONNAIRE = feature("not_applicable").questionnaire
LONG_HOST = "https://example.org/"


def refused(answer: Answer, item: str = "must", **options) -> str:
    with pytest.raises(AnswerRefusedError) as error:
        check_answer(QUESTIONNAIRE, item, answer, **options)
    assert str(error.value)
    return error.value.code


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer(code=1),
        Answer(code=5, evidence=2, link="https://example.org/a?b=c#d", note="ក្រម", comment="x" * MAX_TEXT),
        Answer(code=6, comment="<script>alert(1)</script> =HYPERLINK(1) 👩‍👩‍👧 \u202e"),
        Answer(code=0, link="HTTPS://EXAMPLE.org:8443"),
    ],
)
def test_what_a_page_may_send(answer):
    check_answer(QUESTIONNAIRE, "must", answer)


def test_not_applicable_where_it_is_allowed_and_said_why():
    check_answer(QUESTIONNAIRE, "may", Answer(code=NOT_APPLICABLE, reason="We have none."))
    assert refused(Answer(code=NOT_APPLICABLE), "may") == "R004"
    assert refused(Answer(code=NOT_APPLICABLE, reason=" \n "), "may") == "R004"
    assert refused(Answer(code=NOT_APPLICABLE, reason="We have none.")) == "R003"


@pytest.mark.parametrize("name", ["nowhere", "", "MUST", "must ", "../must"])
def test_unknown_item(name):
    assert refused(Answer(code=1), name) == "R001"


def test_items_that_the_form_leaves_out():
    pulse = feature("pulse").questionnaire
    check_answer(pulse, "plain", Answer(code=1))
    check_answer(pulse, "marked", Answer(code=1), "pulse")
    with pytest.raises(AnswerRefusedError) as error:
        check_answer(pulse, "plain", Answer(code=1), "pulse")
    assert error.value.code == "R001"


@pytest.mark.parametrize("code", [8, -1, 9, 255, True, 3.0, "3", None, [3]])
def test_unknown_code(code):
    assert refused(Answer(code=code)) == "R002"


@pytest.mark.parametrize("evidence", [3, 4, -1, True, 1.0, "document", None, [1]])
def test_unknown_evidence(evidence):
    assert refused(Answer(code=1, evidence=evidence)) == "R005"


def test_only_a_facilitator_verifies():
    check_answer(QUESTIONNAIRE, "must", Answer(code=1, evidence=3), may_verify=True)
    assert refused(Answer(code=1, evidence=4), may_verify=True) == "R005"


@pytest.mark.parametrize("field", ["link", "note", "reason", "comment"])
@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x\udfff", None, 3, b"x"])
def test_what_is_not_text(field, text):
    assert refused(Answer(code=1, **{field: text})) == "R007"


@pytest.mark.parametrize("field", ["note", "reason", "comment"])
def test_too_long(field):
    assert refused(Answer(code=1, **{field: "x" * (MAX_TEXT + 1)})) == "R008"


def test_links_have_their_own_length():
    check_answer(QUESTIONNAIRE, "must", Answer(link=LONG_HOST + "x" * (MAX_LINK - len(LONG_HOST))))
    assert refused(Answer(link=LONG_HOST + "x" * (MAX_LINK + 1 - len(LONG_HOST)))) == "R008"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "http://example.org/",
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0x7f000001/",
        "https://example.0x7f/",
        "https://１２７.０.０.１/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://user:pass@example.org/",
        "https://user@example.org/",
        "https://:@example.org/",
        "https://example.org\\@evil.example/",
        "https://example.org\\.evil.example/",
        "https://exa mple.org/",
        "https://example.org/\n",
        " https://example.org/",
        "https://example.org/\u202egpj.exe",
        "https://example.org:port/",
        "https://example.org:99999/",
        "https://./",
        "https://../",
        "https://.example.org/",
        "https://example..org/",
        "https:///example.org",
        "https:example.org",
        "https://",
        "//example.org/",
        "example.org",
        "https://[example.org/",
        "https://exa%00mple.org/",
        "https://exa<mple.org/",
    ],
)
def test_links_that_are_refused(link):
    assert refused(Answer(link=link)) == "R006"


@pytest.mark.parametrize(
    "link",
    ["https://xn--e1afmkfd.xn--p1ai/", "https://правительство.рф/закон", "https://a.b.", "https://1.example.org"],
)
def test_links_in_other_scripts(link):
    check_answer(QUESTIONNAIRE, "must", Answer(link=link))


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://example.org:8443/a", "example.org"),
        ("https://g\u043ev.example/", "xn--gv-fmc.example"),
        ("https://правительство.рф/закон", "xn--80aealotwbjpid2k.xn--p1ai"),
        ("https://" + "ю" * 80 + ".example/", "\\u044e" * 80 + ".example"),
        ("https://[x", ""),
        ("", ""),
    ],
)
def test_s17_the_host_of_a_link_is_shown_in_ascii(link, host):
    assert host_of(link) == host


@given(st.text() | st.sampled_from(list(NAUGHTY.values())).map("https://{}".format))
def test_s17_any_link_has_a_host_in_ascii_and_only_a_safe_one_is_taken(link):
    assert host_of(link).isascii()
    with suppress(AnswerRefusedError):
        check_answer(QUESTIONNAIRE, "must", Answer(link=link))
        assert link == "" or (link.lower().startswith("https://") and "." in host_of(link) and link.isprintable())


def test_what_counts_as_an_answer():
    assert [Answer(code=code).is_answered for code in (0, 1, 5, 6, 7)] == [False, True, True, True, True]
    assert [Answer(code=code).level for code in (0, 1, 5, 6, 7)] == [None, 1, 5, None, None]
