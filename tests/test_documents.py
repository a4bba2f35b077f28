"""Documents are true: executed ones print what they show, links lead somewhere, named tests exist, no requirement is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.write_documents import ACCESS, DOCUMENTS, executed, with_matrix

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_output_is_true(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("```pycon") >= 5
    assert executed(text) == text


def test_the_printed_matrix_is_the_one_that_decides():
    text = ACCESS.read_text(encoding="utf-8")
    assert "| save an answer |" in text
    assert with_matrix(text) == text


# The numbers of levels 1 and 2 in OWASP ASVS 5.0.0, and 1.2.10 of level 3: section → highest number, or the numbers.
ASVS = {
    "1.1": 2, "1.2": 10, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4, "3.4": 6,
    "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12,
    "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2,
    "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2,
    "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1,
    "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3, "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5,
    "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
SECURITY_DOCUMENTS = (ROOT / "SECURITY.md", ROOT / "docs" / "asvs.md")


def rows(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")]


def test_every_requirement_of_asvs_level_2_is_decided_once():
    decided = []
    for cells in rows(ROOT / "docs" / "asvs.md"):
        for part in cells[0].split(", ") if cells[0] != "id" else []:
            first, _, last = part.partition("–")
            section, number = first.rsplit(".", 1)
            highest = int(last.rsplit(".", 1)[1]) if last else int(number)
            assert not last or last.startswith(f"{section}.")
            decided += [f"{section}.{each}" for each in range(int(number), highest + 1)]
        assert cells[0] == "id" or re.fullmatch(r"met|proxy|gap|n/a|TODO-[a-z]+", cells[2]), cells
        assert cells[2] not in {"met", "gap", "proxy"} or cells[3].strip(" |"), f"{cells[0]} needs its test or reason"
    wanted = [f"{section}.{number}" for section, count in ASVS.items() for number in range(1, count + 1)]
    assert len(wanted) == 254
    assert sorted(decided) == sorted(wanted)


@pytest.mark.parametrize("path", SECURITY_DOCUMENTS, ids=lambda path: path.name)
def test_every_file_named_in_the_security_documents_exists(path):
    named = set(re.findall(r"`((?:tests|docs|questionnaires)/[^`]+)`", path.read_text(encoding="utf-8")))
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_every_security_case_has_a_row():
    cases = [cells[0] for cells in rows(ROOT / "SECURITY.md") if re.fullmatch(r"S\d+", cells[0])]
    assert cases == [f"S{number}" for number in range(1, 21)]


DOCUMENTS_WITH_LINKS = [*sorted((ROOT / "docs").glob("*.md")), *sorted(ROOT.glob("*.md"))]


@pytest.mark.parametrize("path", DOCUMENTS_WITH_LINKS, ids=lambda path: path.name)
def test_every_link_between_documents_leads_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        file, _, heading = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = path.parent / file if file else path
        assert linked.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert heading in slugs, target
