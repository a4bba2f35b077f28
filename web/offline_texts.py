"""The texts of the pages for answering without a connection; `web.texts.TEXTS` takes them in."""

from __future__ import annotations

from typing import Final

OFFLINE_TEXTS: Final = {
    "offline.way": "Answer without a connection: workbook and printed form",
    "offline.title": "Answer without a connection",
    "offline.how": (
        "Download the workbook, fill in its yellow cells in Excel, LibreOffice or another program, and upload it here. "
        "You see what changes before anything is saved. The printed form is for collecting answers on paper; "
        "type them in afterwards."
    ),
    "offline.workbook": "Workbook with the answers so far (.xlsx)",
    "offline.form": "Form to print, empty (PDF)",
    "offline.form.filled": "Form to print, with the answers so far (PDF)",
    "offline.upload": "Upload a filled workbook",
    "offline.file": "Workbook (.xlsx or .ods, at most 5 MB)",
    "offline.look": "Show what changes",
    "offline.not_yet": "Nothing is saved yet.",
    "offline.read_only": "Nothing can be uploaded: the responses are submitted or the round is closed.",
    "offline.no_file": "No file arrived. Choose the workbook, then press the button again; nothing was saved.",
    "offline.back": "Back to workbooks and forms",
    "import.title": "What changes",
    "import.nothing": "Nothing in this workbook differs from what is stored.",
    "import.count": "Answers that change: {count}. Unchanged: {unchanged}.",
    "import.faults": "Cells that cannot be taken over: {count}",
    "import.faults.text": "Correct these cells in the workbook and upload it again.",
    "import.faults.rest": "All else can be saved now.",
    "import.place": "Sheet “{sheet}”, cell {cell}:",
    "import.sheet": "Sheet “{sheet}”:",
    "import.question": "Question",
    "import.stored": "Stored now",
    "import.filled": "In the workbook",
    "import.conflict": "A colleague changed this answer after the workbook was downloaded. Which one stands?",
    "import.theirs": "What is stored now",
    "import.mine": "What is in the workbook",
    "import.unasked": "Kept, but does not count at present: it is asked only after certain answers to others.",
    "import.save": "Save these answers",
    "import.lost": "What was shown did not arrive whole, so nothing was saved. Upload the workbook again.",
    "import.done": "Answers saved: {saved}",
    "import.left": "Answers not saved: {count}",
    "import.left.text": "Your workbook still has them. Upload it again to see what is stored now.",
    "import.done.none": "Nothing was saved.",
    "import.on": "Look at the answers",
}
