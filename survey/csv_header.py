"""The first line of a CSV file: which columns are missing, not known or there twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def header_faults(
    header: Sequence[str], required: Sequence[str], known: Sequence[str], codes: tuple[str, str, str]
) -> Iterator[tuple[str, str]]:
    """(code, column) of each fault of a CSV header. `codes`: of a column that is missing, not known, there twice."""
    missing, unknown, twice = codes
    for column in required:
        if column not in header:
            yield missing, column
    for place, column in enumerate(header):
        if column not in known:
            yield unknown, column
        elif column in header[:place]:
            yield twice, column
