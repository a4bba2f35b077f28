"""The workbook filled in, opened and saved by LibreOffice as .xlsx and as .ods, and read: every answer is as it was typed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from reports.workbook_layout import fits
from reports.workbook_reader import FilledWorkbook, read_workbook
from survey.loader import parse
from survey.response import DONT_KNOW, NOT_APPLICABLE, Answer
from tests import hostile
from tests.naughty import STORABLE
from tests.reports.workbooks import filled, made

SOFFICE = next(filter(None, map(shutil.which, ("soffice", "libreoffice"))), None)
pytestmark = pytest.mark.skipif(
    SOFFICE is None, reason="there is no LibreOffice. On Debian: apt install libreoffice-calc-nogui"
)
TEXTS = {name: text for name, text in STORABLE.items() if text.strip()}
ANSWERS = {
    "plan": Answer(3, 2, "https://a.example/b", "page 4", "", "agreed"),
    "training": Answer(NOT_APPLICABLE, reason="None."),
}


def stored_texts() -> dict[str, Answer]:
    """Every text in turn as a note and a comment, for a questionnaire whose own texts are as strange."""
    asked = parse(hostile.questionnaire(), "hostile").questionnaire
    turn = cycle(TEXTS.values())
    return {item.id: Answer(3, 1, "", next(turn), "", next(turn)) for item in asked.items}


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Iterator[dict[str, FilledWorkbook]]:
    """What comes back of each workbook, by its name and ending. One start of LibreOffice for each format."""
    folder = tmp_path_factory.mktemp("libreoffice")
    asked = parse(hostile.questionnaire(), "hostile").questionnaire
    typed = {
        ("Direction", "E5"): "5 · An outside body reviews the plan and publishes it.", ("Direction", "I4"): "2026-01-02",
        ("Direction", "J5"): "=1+1", ("People", "E4"): "DK", ("People", "F4"): None, ("People", "J4"): "  two\n\nlines ",
    }  # fmt: skip
    files = {
        "given": made(ANSWERS), "filled": filled(made(ANSWERS), typed), "texts": made(stored_texts(), questionnaire=asked),
    }  # fmt: skip
    for name, data in files.items():
        (folder / f"{name}.xlsx").write_bytes(data)
    for kind in ("xlsx", "ods"):
        subprocess.run(
            [SOFFICE, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", kind, "--outdir",
             str(folder / kind), *(str(folder / f"{name}.xlsx") for name in files)],
            check=True, capture_output=True, timeout=100,
        )  # fmt: skip
    return {
        f"{name}.{kind}": read_workbook(Path(folder / kind / f"{name}.{kind}").read_bytes(), f"{name}.{kind}")
        for name in files
        for kind in ("xlsx", "ods")
    }


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_as_it_was_given_out(saved, kind):
    assert saved[f"given.{kind}"] == read_workbook(made(ANSWERS))


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_filled_in(saved, kind):
    read = saved[f"filled.{kind}"]
    assert read.faults == ()
    assert read.identity == read_workbook(made(ANSWERS)).identity
    plan, review, training = read.entries
    assert (plan.code, plan.evidence, plan.texts["note"], plan.texts["comment"]) == (3, 2, "2026-01-02", "agreed")
    assert (review.code, review.texts["comment"]) == (5, "=1+1")
    assert (training.code, training.texts["reason"], training.texts["comment"]) == (DONT_KNOW, "", "  two\n\nlines ")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_every_text_is_the_same_or_stays_as_it_is_stored(saved, kind):
    read = saved[f"texts.{kind}"]
    assert read.faults == ()
    answers = stored_texts()
    assert len(read.entries) == len(answers)
    different = {
        (entry.line.item_id, part, getattr(answers[entry.line.item_id], part), entry.texts[part])
        for entry in read.entries
        for part in ("note", "comment")
        if entry.texts[part] != _expected(getattr(answers[entry.line.item_id], part))
    }
    assert different == set()


def _expected(text: str) -> str | None:
    return text.replace("\r\n", "\n").replace("\r", "\n") if fits(text) else None
