"""The app with every logger at its most talkative, and with services that fail while their names stand in a file.

`FAULTS=FILE python -m tests.browser.faulty_server run …`: FILE holds names such as `access.respondent._sheet`, one a line.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import logs
import survey_cli

MARKER = "marker-7731"  # stands in each exception's text
SERVICES = (
    "access.respondent._sheet", "access.respondent.check_answer", "access.respondent.submit", "access.issuing.revoke",
    "access.facilitator.progress", "access.facilitator.comparison", "web.invite._invitation",
)  # fmt: skip


def failing(name: str, service: Callable[..., Any], faults: Path) -> Callable[..., Any]:
    def called(*arguments: Any, **named: Any) -> Any:
        if name in faults.read_text(encoding="utf-8").splitlines():
            raise RuntimeError(f"could not INSERT '{MARKER}'")
        return service(*arguments, **named)

    return called


def main() -> int:
    faults = Path(os.environ["FAULTS"])
    for name in SERVICES:
        module, _, function = name.rpartition(".")
        service = getattr(import_module(module), function)
        setattr(import_module(module), function, failing(name, service, faults))
    original = logs.set_up
    logs.set_up = lambda *_: original(level=logging.DEBUG)
    logging.Logger.isEnabledFor = lambda *_: True
    return survey_cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
