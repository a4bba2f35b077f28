"""What the executed documents show is what the program prints."""

from __future__ import annotations

import pytest

from tools.write_documents import DOCUMENTS, executed


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_output_is_true(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("```pycon") >= 5
    assert executed(text) == text
