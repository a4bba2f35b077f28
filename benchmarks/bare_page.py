"""A page's elements → the shortest Streamlit script that shows the same: no fragments, no store, no one to let in.

Made from what the real page drew, so both pages have the same widgets, options, containers and texts at any time. Left
out are the style sheet, the script, and the containers that only hold a fragment's place.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from streamlit.proto.Block_pb2 import Block
    from streamlit.proto.Delta_pb2 import Delta
    from streamlit.proto.Element_pb2 import Element

MAIN = 0  # the container of the page itself; others are the sidebar and the like
LAUNCHER = """
import sys

import streamlit as st

app = st.App("page.py")
app.run(config={"server.port": int(sys.argv[1]), "server.address": "127.0.0.1"})
"""


def write(folder: Path, drawn: Mapping[tuple[int, ...], Delta], config: Path) -> Path:
    """The page with its launcher in `folder`, under the given config.toml; returns the launcher, to be given a port."""
    (folder / ".streamlit").mkdir(parents=True)
    shutil.copy(config, folder / ".streamlit" / "config.toml")
    (folder / "page.py").write_text(script(drawn), encoding="utf-8")
    launcher = folder / "app.py"
    launcher.write_text(LAUNCHER, encoding="utf-8")
    return launcher


def script(drawn: Mapping[tuple[int, ...], Delta]) -> str:
    """One statement per element, indented under the containers it stands in."""
    lines = ["import streamlit as st", "", 'st.set_page_config(layout="wide", initial_sidebar_state="collapsed")']
    opened: set[tuple[int, ...]] = set()
    full = {path[:end] for path in drawn for end in range(1, len(path))}
    for path, delta in sorted(drawn.items()):
        if path[0] != MAIN:
            continue
        depth = sum(path[:end] in opened for end in range(1, len(path)))
        if delta.WhichOneof("type") == "add_block":
            statement = _block(delta.add_block) if path in full else ""
            if statement:
                opened.add(path)
        else:
            statement = _element(delta.new_element, len(lines))
        if statement:
            lines.append("    " * depth + statement)
    return "\n".join(lines) + "\n"


def _block(block: Block) -> str:
    if block.HasField("expandable"):
        return f"with st.expander({block.expandable.label!r}):"
    container = block.flex_container
    assert block.HasField("flex_container"), "the page has a container that the bare page does not know"
    if container.border:
        return "with st.container(border=True):"
    if container.direction == container.HORIZONTAL:
        return 'with st.container(horizontal=True, horizontal_alignment="distribute"):'
    return ""


def _element(element: Element, number: int) -> str:
    kind = element.WhichOneof("type")
    given = getattr(element, kind)
    if kind == "html":
        return "" if given.body.lstrip().startswith(("<style", "<script")) else f"st.html({given.body!r})"
    if kind == "heading":
        return f"st.title({given.body!r}, anchor=False)"
    arguments = {
        "radio": lambda: f"{[*given.options]!r}, index=None, label_visibility='collapsed'",
        "selectbox": lambda: f"{[*given.options]!r}",
        "text_input": lambda: "''",
        "text_area": lambda: f"'', height={element.height_config.pixel_height or 80}",
        "button": lambda: f"type={given.type!r}",
    }
    assert kind in arguments, f"the page has an element that the bare page does not know: {kind}"
    return f"st.{kind}({given.label!r}, {arguments[kind]()}, key='{kind}-{number}')"
