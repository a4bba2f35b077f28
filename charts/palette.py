"""The colours of all pages, with and without a script: four looks of one set of names, as CSS custom properties.

`light` and `dark` follow the reader's system or choice; the two `more` looks answer a system that asks for more contrast.
Colours of levels are not here: they mean the same in every look (`charts.theme`). Text has at least 4.5:1 on what it
stands on, edges that tell where a field is at least 3:1 (WCAG 2.2, 1.4.3 and 1.4.11); `tests/charts/test_palette.py` computes it.
"""

from __future__ import annotations

from typing import Final, Literal

Look = Literal["light", "dark", "light more", "dark more"]

_LIGHT: Final = {
    "ink": "#1f2933",
    "paper": "#ffffff",
    "surface": "#f6f8fa",  # behind cards, and fields that cannot be changed
    "muted": "#55606b",
    "edge": "#7b8794",  # of what can be used: fields, empty radios, summaries
    "line": "#d9e0e6",  # between rows; carries no meaning
    "accent": "#2470a8",  # filled buttons and bars; white stands on it
    "link": "#1b5a89",
    "focus": "#1b5a89",
    "hover": "#f1f6fb",
    "chosen": "#e3eef8",
    "badge": "#e7eff7",
    "badge-ink": "#14456e",
    "note": "#fff4d6",
    "note-edge": "#8a6a00",
    "note-ink": "#4d3a00",
    "error": "#fdecea",
    "error-edge": "#b3261e",
    "error-ink": "#5c1510",
    "saved": "#1c6b3a",
    "unsaved": "#9c2b00",
}
_DARK: Final = {
    "ink": "#e6eaee",
    "paper": "#12181f",
    "surface": "#1b232c",
    "muted": "#a9b4be",
    "edge": "#7f8d9b",
    "line": "#36424e",
    "accent": "#2c79b4",
    "link": "#8cc4f0",
    "focus": "#8cc4f0",
    "hover": "#1b2834",
    "chosen": "#1d3a54",
    "badge": "#1d3a54",
    "badge-ink": "#c6e2f8",
    "note": "#332a0c",
    "note-edge": "#b98f12",
    "note-ink": "#ffe6a3",
    "error": "#3b1613",
    "error-edge": "#ee8578",
    "error-ink": "#ffdad5",
    "saved": "#82d8a4",
    "unsaved": "#ffb199",
}
PALETTES: Final[dict[Look, dict[str, str]]] = {
    "light": _LIGHT,
    "dark": _DARK,
    "light more": _LIGHT
    | dict.fromkeys(("ink", "muted", "edge", "badge-ink", "note-ink", "note-edge", "error-ink"), "#000000")
    | {"line": "#55606b", "link": "#0b3d66", "focus": "#000000", "accent": "#0f4c7a", "saved": "#0b4a24", "unsaved": "#7a1f00"},
    "dark more": _DARK
    | dict.fromkeys(("ink", "muted", "edge", "badge-ink", "note-ink", "note-edge", "error-ink", "error-edge"), "#ffffff")
    | {"paper": "#000000", "line": "#a9b4be", "link": "#cfe8ff", "focus": "#ffffff", "saved": "#b9f5cf", "unsaved": "#ffd4c6"},
}  # fmt: skip


def _declared(look: Look) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in PALETTES[look].items())


def _either(light: Look, dark: Look) -> str:
    pairs = zip(PALETTES[light].items(), PALETTES[dark].values(), strict=True)
    return "".join(f"--{name}:light-dark({one},{other});" for (name, one), other in pairs)


def system_colours() -> str:
    """CSS for pages that follow the system: each name as a custom property of `:root`."""
    return (
        f":root{{color-scheme:light dark;{_declared('light')}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_declared('dark')}}}}}"
        f"@media (prefers-contrast:more){{:root{{{_declared('light more')}}}}}"
        f"@media (prefers-contrast:more) and (prefers-color-scheme:dark){{:root{{{_declared('dark more')}}}}}"
    )


def chosen_colours() -> str:
    """CSS for pages whose reader can choose: the names follow the `color-scheme` that stands on the page's own element.

    A browser without `light-dark()` (before 2024) follows the system.
    """
    return (
        f"{system_colours().replace('color-scheme:light dark;', '')}"
        f"@supports (color:light-dark(#000,#fff)){{:root{{{_either('light', 'dark')}}}"
        f"@media (prefers-contrast:more){{:root{{{_either('light more', 'dark more')}}}}}}}"
    )
