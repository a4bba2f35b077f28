"""Invitation cards: what is on each, what is not on the list, and that no name spoils the sheet."""

import dataclasses
import re

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.invitation_pdf import invitation_pdf
from tests.naughty import NAUGHTY
from tests.reports.invited import JOIN, english, invitations, line, workshop
from tests.reports.pdf import pages


def made(invited, layout="cards", language="en"):
    return invitation_pdf(invited, english, language, layout)


def squeezed(text):
    """Without what breaks lines: a hyphen at a line's end is read back as U+0002."""
    return re.sub(r"[\s\u200b\x02-]+", "", text)


def pictures(pdf):
    """Pages as an office printer at 150 dots per inch puts them on paper."""
    document = pypdfium2.PdfDocument(pdf)
    shown = [page.render(scale=150 / 72, grayscale=True).to_numpy().squeeze().copy() for page in document]
    document.close()
    return shown


@pytest.mark.parametrize(("layout", "each"), [("cards", 6), ("half_page", 2)])
def test_every_card_opens_its_own_link_and_shows_its_own_code(layout, each):
    invited = workshop()
    pdf = made(invited, layout).pdf
    texts, images = pages(pdf), pictures(pdf)
    for start in range(0, len(invited.lines), each):
        cards = invited.lines[start : start + each]
        page = len(texts) - -(-len(invited.lines) // each) + start // each
        found = {code.text: code.position for code in zxingcpp.read_barcodes(images[page])}
        assert set(found) == {card.link for card in cards}
        assert all(card.code in texts[page] for card in cards)
        by_place = sorted(found, key=lambda link: (found[link].top_left.y // 100, found[link].top_left.x))
        assert by_place == [card.link for card in cards]


def test_the_list_names_everybody_and_has_no_secret():
    invited = workshop()
    listed = " ".join(text for text in pages(made(invited).pdf) if "Given to" in text)
    for card in invited.lines:
        assert not card.code or card.code not in listed
        assert card.link[-22:] not in listed
    assert listed.count("Coordinator") == listed.count("Respondent") == 9
    assert "Facilitator · Ana" in listed
    for country in ("Armenia", "Lao PDR", "Republic of Korea"):
        assert country in listed


def test_names_in_every_script_are_printed_whole():
    result = made(workshop())
    assert result.changed == ()
    listed = re.sub(r"[\s\u200b]", "", "".join(pages(result.pdf)))
    for name in (
        "Raqamlitexnologiyalarvazirligi",
        "행정안전부디지털정부국",
        "ციფრულიმმართველობისსააგენტო",
        "Цахимхөгжил",
    ):
        assert name in listed


def test_invented_data_is_labelled_on_the_list_and_on_each_card():
    invited = workshop()
    assert sum(text.count("Invented data") for text in pages(made(invited).pdf)) == 1 + len(invited.lines)
    real = dataclasses.replace(invited, invented=False)
    assert "Invented" not in "".join(pages(made(real).pdf))


def test_an_accessible_document_without_a_date():
    pdf = made(workshop(), language="uz_Latn").pdf
    document = pypdfium2.PdfDocument(pdf)
    assert document.is_tagged()
    assert document.get_metadata_dict()["Title"] == "Invitations: Regional workshop 2026"
    assert document.get_metadata_dict()["CreationDate"] == ""
    document.close()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf
    assert b"/Lang(uz)" in pdf
    assert pdf.count(b"/Alt(") == len(workshop().lines)
    assert made(workshop(), language="uz_Latn").pdf == pdf


def test_a_name_that_cannot_be_printed_is_said_by_its_card_and_spoils_no_other():
    cards = [
        line("Statistics office", 1),
        line("国家统计局 NBS", 2),
        line("Ministry 👩‍⚖️", 3),
        line("Standards", 4),
        line("x" * 300, 5),
    ]
    result = made(invitations(cards))
    assert result.changed == (2, 3, 5)
    first = pages(result.pdf)[0]
    assert "2–3, 5" in first
    assert "\ufffd NBS" in first
    assert "Statistics office" in first


@pytest.mark.parametrize(
    ("changed", "shown", "opened"),
    [
        ({"link": ""}, "Scan the square and type the code", JOIN),
        ({"code": ""}, "type the address above", None),
        ({"link": "", "code": ""}, "ask the facilitator", JOIN),
    ],
)
def test_a_card_without_a_link_or_code(changed, shown, opened):
    card = line("Statistics office", 1, **changed)
    pdf = made(invitations([card])).pdf
    text = re.sub(r"\s+", " ", pages(pdf)[-1])
    assert shown in text
    assert [code.text for code in zxingcpp.read_barcodes(pictures(pdf)[-1])] == [opened or card.link]
    if card.link and not card.code:
        assert card.link.removeprefix("https://") in text.replace(" ", "")


@pytest.mark.parametrize("layout", ["cards", "half_page"])
def test_nothing_runs_out_of_its_card(layout):
    longest = invitations(
        [
            line(NAUGHTY[name], 1, label=NAUGHTY[name], role="respondent")
            for name in ("one_word", "one_khmer_word", "long", "combining_bomb")
        ],
        name="A workshop with a name of very many words, " * 4,
    )
    pdf = made(longest, layout).pdf
    for image in pictures(pdf)[-4 // (6 if layout == "cards" else 2) :]:
        dark = image < 250
        height, width = dark.shape
        band, clear = height // (3 if layout == "cards" else 2), round(150 / 25.4 * 3.5)
        for cut in range(band, height - 10, band):
            # Marks apart, which stand at the edges and in the middle, 5 mm before and after a cut are white.
            columns = np.r_[clear * 3 : width // 2 - clear, width // 2 + clear : width - clear * 3]
            assert not dark[cut - clear : cut + clear, columns].any()
        assert dark.any()


def test_no_invitations_at_all():
    assert len(pages(made(invitations([])).pdf)) == 1


def test_naughty_texts_are_literal_or_replaced():
    result = made(invitations([line(text, number, label=text) for number, text in enumerate(NAUGHTY.values(), 1)]))
    shown = squeezed("".join(pages(result.pdf)))
    assert "root:" not in shown
    for number, (name, text) in enumerate(NAUGHTY.items(), 1):
        if number not in result.changed and text.isascii():
            assert shown.count(squeezed(text)) >= 3, name
    whole = set(range(1, len(NAUGHTY) + 1)) - set(result.changed)
    assert len(whole) > 100


@pytest.mark.parametrize(
    "name", ["empty", "spaces", "tags", "zero_width", "emoji_family", "mark_first", "nul", "typst_quote", "long"]
)
def test_a_naughty_name_of_the_round(name):
    assert made(invitations([line("", 1)], name=NAUGHTY[name])).pdf.startswith(b"%PDF")


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=6, max_size=6), st.text(max_size=40))
def test_any_names_make_a_sheet(names, other):
    cards = [line(name, number, label=other) for number, name in enumerate(names)]
    assert made(invitations(cards, name=other)).pdf.startswith(b"%PDF")
