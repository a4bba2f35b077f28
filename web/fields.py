"""Forms of the plain pages: lines to type into, and a button that posts them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Field:
    """A line to type into. `kind`: `text` or `password`; `autocomplete`: what browsers and password managers fill in."""

    name: str
    label: str
    kind: str
    autocomplete: str
    value: str = ""


def form(fields: Iterable[Field], label: str, action: str, hidden: Iterable[tuple[str, str]] = ()) -> str:
    """Fields with a button that posts them to `action`; `hidden`: names and values that go with them."""
    lines = [
        f'<label>{escape(one.label)}<input name="{escape(one.name)}" type="{escape(one.kind)}" value="{escape(one.value)}" '
        f'autocomplete="{escape(one.autocomplete)}" autocapitalize="none" spellcheck="false" required></label>'
        for one in fields
    ]
    lines += [f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden]
    return f'<form method="post" action="{escape(action)}">{"".join(lines)}<button type="submit">{escape(label)}</button></form>'
