"""The progress line under a page's title, and how a card renews it.

A card is a fragment and cannot write outside itself; a second run for one line would cost the server as much as the answer
did. So each card says beside its state how far the sheet is, and the page's script shows what the newest one says.
"""

from __future__ import annotations

from html import escape

from access.respondent import Sheet
from survey.duration import minutes
from ui import look
from ui.texts import t

# A constant: the content security policy allows exactly this text by its hash.
SCRIPT = """
(() => {
  if (window.readinessProgress) return;
  window.readinessProgress = true;
  const renew = () => {
    const line = document.getElementById("progress");
    if (!line) return;
    let newest = line;
    for (const said of document.querySelectorAll("[data-progress]"))
      if (Number(said.dataset.sequence) > Number(newest.dataset.sequence)) newest = said;
    if (newest === line) return;
    Object.assign(line.dataset, newest.dataset);
    line.querySelector("u").style.width = newest.dataset.share + "%";
    line.lastElementChild.textContent = newest.dataset.progress;
    const still = document.getElementById("still");
    const missing = (newest.dataset.missing || "").split(" ");
    for (const link of still.querySelectorAll("a")) link.hidden = !missing.includes(link.hash.slice(3));
    still.hidden = !newest.dataset.missing;
  };
  new MutationObserver(renew).observe(document.body, {childList: true, subtree: true});
  renew();
})();
"""


def facts(sheet: Sheet, dimension_id: str) -> str:
    """Attributes by which a card says how far its sheet is, what this page lacks, and after which of its changes."""
    words, share = _said(sheet, dimension_id)
    missing = " ".join(item.id for item in sheet.missing(dimension_id))
    return f'data-progress="{escape(words)}" data-share="{share * 100:.0f}" data-missing="{missing}" data-sequence="{_newest(sheet)}"'


def line(sheet: Sheet, dimension_id: str) -> None:
    """Show the line as it stands when the page is drawn, and below it a way to each question of the page without an answer."""
    words, share = _said(sheet, dimension_id)
    missing = {item.id for item in sheet.missing(dimension_id)}
    links = " ".join(
        f'<a href="#q-{item.id}" aria-label="{escape(t("Question {number}", number=number))}"{"" if item.id in missing else " hidden"}>'
        f"{number}</a>"
        for number, item in enumerate(sheet.items(dimension_id), 1)
    )
    still = escape(t("Still to be answered on this page:"))
    look.markup(
        f'<p id="progress" data-sequence="{_newest(sheet)}">{look.bar(share)} &nbsp;<span>{escape(words)}</span></p>'
        f'<p class="still" id="still"{"" if missing else " hidden"}>{still} {links}</p>'
    )


def _said(sheet: Sheet, dimension_id: str) -> tuple[str, float]:
    (here, of), (total, of_all) = sheet.answered(dimension_id), sheet.answered()
    words = [t("{here} of {of} on this page · {total} of {all} in all", here=here, of=of, total=total, all=of_all)]
    if left := minutes(of_all - total):
        words.append(t("about {minutes} minutes left", minutes=left))
    return " · ".join(words), total / of_all if of_all else 0.0


def _newest(sheet: Sheet) -> int:
    """The sequence of the newest answer: a number below 2^53, as it counts the store's writes."""
    return max((stored.sequence for stored in sheet.stored.values()), default=0)
