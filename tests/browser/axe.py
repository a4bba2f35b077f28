"""axe-core in a real page: every rule of WCAG 2.0-2.2, level A and AA, and its best practices."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(width, scheme) for width in (1440, 390) for scheme in ("light", "dark")]
WHOLE = """() => !document.querySelector("[data-testid=stSkeleton]") && (!document.querySelector("[data-testid=stApp]")
  || document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning")"""
OPEN = """() => document.querySelectorAll("[data-testid=stMain] details:not([open]) > summary, main details:not([open]) > summary")
  .forEach((one) => one.click())"""
# A moving page has no colours of its own: what fades in or out is at its end at once.
STILL = "*, ::before, ::after { animation-duration: 0s !important; transition: none !important; }"


def violations(page, name: str) -> set[tuple[str, str]]:
    """What axe finds on this page in each width and look, with everything unfolded, as (rule, selector)."""
    page.wait_for_function(WHOLE)
    page.add_style_tag(content=STILL)
    page.evaluate(OPEN)
    page.wait_for_timeout(300)
    page.wait_for_function(WHOLE)
    page.evaluate(AXE_SCRIPT)
    found = set()
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(150)
        said = page.evaluate("(tags) => axe.run({ runOnly: tags })", TAGS)
        hits = {
            (rule["id"], " ".join(map(str, node["target"]))) for rule in said["violations"] for node in rule["nodes"]
        }
        print(f"axe {name:45} {width:4} {scheme:5} {len(said['passes'])} rules passed, {len(hits)} violations")
        found |= hits
    return found
