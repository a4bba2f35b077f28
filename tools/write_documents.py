"""Write the outputs into the executed documents (docs/tutorial_scoring.md, docs/one_country.md): each `>>>` block is run and
what it prints put below it; and the authorisation matrix into docs/access.md.

`--check` changes nothing and fails when an output is no longer true; the tests run it so.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import sys
from pathlib import Path

_MATRIX = re.compile(r"(<!-- matrix -->\n).*?(<!-- end -->)", re.DOTALL)
_BLOCK = re.compile(r"```pycon\n(.*?)```", re.DOTALL)
HERE = Path(__file__).resolve().parents[1]
DOCUMENTS = (HERE / "docs" / "tutorial_scoring.md", HERE / "docs" / "one_country.md")
ACCESS = HERE / "docs" / "access.md"


def executed(text: str) -> str:
    """The document with every output as it is now. Its blocks share their names from top to bottom."""
    names: dict[str, object] = {}
    return _BLOCK.sub(lambda block: f"```pycon\n{_run(block[1], names)}```", text)


def _run(block: str, names: dict[str, object]) -> str:
    written = []
    for piece in doctest.DocTestParser().get_examples(block):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(piece.source, "<document>", "single"), names)  # our own documents
        first, *rest = piece.source.rstrip("\n").split("\n")
        written += [f">>> {first}\n", *(f"... {line}\n" for line in rest), out.getvalue()]
    return "".join(written)


def with_matrix(text: str) -> str:
    """docs/access.md with the authorisation matrix as it is now."""
    from access.matrix import table  # noqa: PLC0415  (the path is set by then)

    return _MATRIX.sub(lambda found: f"{found[1]}{table()}{found[2]}", text)


def main() -> int:
    stale = []
    sys.path.insert(0, str(HERE))
    for path in (*DOCUMENTS, ACCESS):
        before = path.read_text(encoding="utf-8")
        after = with_matrix(before) if path == ACCESS else executed(before)
        if before != after:
            stale.append(path)
            if "--check" not in sys.argv:
                path.write_text(after, encoding="utf-8")
    for path in stale:
        print(f"{path.relative_to(HERE)} {'is not up to date: run make docs' if '--check' in sys.argv else 'written'}")
    return int(bool(stale) and "--check" in sys.argv)


if __name__ == "__main__":
    raise SystemExit(main())
