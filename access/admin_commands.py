"""`readiness admin round` and `readiness admin reissue`: their parsers and what they print. `access.setup` does the work.

What is heavy is loaded when a command runs, so that no other command waits for it.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, get_args

from results.facts import Visibility

if TYPE_CHECKING:
    from access.workshop import Workshop
    from reports.invitation_files import Format

DONE = 0
Output = Callable[[str], contextlib.AbstractContextManager[BinaryIO]]


def add_commands(tasks: Any, database: str, base_url: str, questionnaires: Path, output: Output) -> None:
    """The parsers. `database`, `base_url`: defaults. `output`: opens a file for secrets; `-` is standard output."""
    opened = tasks.add_parser("round", help="open a round and write each organisation's personal link and code")
    opened.add_argument("organisations", metavar="ORGANISATIONS.csv", type=Path, help="columns country,name")
    opened.add_argument("--name", required=True, help="the round's name, for example 'Workshop 2026'")
    opened.add_argument("--form", choices=("full", "pulse"), default="full")
    opened.add_argument("--notice", type=Path, metavar="FILE", help="text: who asks, why, who sees the answers")
    opened.add_argument(
        "--keep-until", default="", metavar="DATE", help="until when answers are kept, for example 2028-12-31"
    )
    opened.add_argument(
        "--visibility",
        choices=get_args(Visibility),
        default="facilitators",
        help="who sees an organisation's levels until it chooses (default facilitators); say so in the notice",
    )
    opened.add_argument(
        "--links", default="-", metavar="FILE",
        help="where links and codes go: FILE.csv, FILE.xlsx, or FILE.pdf with cards to print ('-' = CSV to standard output)",
    )  # fmt: skip
    _common(opened, database, base_url)
    opened.set_defaults(command=partial(_round, questionnaires, output))

    again = tasks.add_parser("reissue", help="a new link and code for an organisation or the facilitator; the old die")
    whose = again.add_mutually_exclusive_group(required=True)
    whose.add_argument("organisation", nargs="?", metavar="ORGANISATION", help="its id, or its name in the round")
    whose.add_argument("--facilitator", action="store_true", help="the round's facilitator instead")
    again.add_argument("--round", type=int, metavar="ID", help="which round (default: the newest)")
    _common(again, database, base_url)
    again.set_defaults(command=_reissue)


def _common(parser: argparse.ArgumentParser, database: str, base_url: str) -> None:
    parser.add_argument("--db", default=database, metavar="URL")
    parser.add_argument("--base-url", default=base_url, metavar="URL")
    parser.add_argument("--expires", default="", metavar="DATE", help="links and codes end with this day (UTC)")


def _round(questionnaires: Path, output: Output, options: argparse.Namespace) -> int:
    from access.hand_out import sheet
    from access.setup import RoundPlan, invite_all
    from charts.countries import country_name
    from reports.invitation_files import invitation_file
    from results.organisations_file import read_organisations
    from survey.text_file import read_text

    invited = read_organisations(options.organisations, lambda code: country_name(code) != code)
    notice = read_text(options.notice, str(options.notice), "A001", 100_000) if options.notice else ""
    files = sorted(questionnaires.glob("*/questionnaire.yaml"), key=_order)
    asked = tuple((file, options.form) for file in files)
    plan = RoundPlan(options.name, asked, notice, options.keep_until, visibility=options.visibility)
    tell = _invitations_made if sys.stderr.isatty() else None

    with output(options.links) as stream:  # first: nothing is done when it cannot be written

        def work(workshop: Workshop, expires_at: int | None) -> int:
            made = invite_all(workshop, plan, invited, expires_at, tell)
            secrets = sheet(workshop, made.round, made.issued, _base(options))
            stream.write(invitation_file(secrets, _format(options.links)))
            print(f"Join code: {made.join_code}", file=sys.stderr if options.links == "-" else sys.stdout)
            return DONE

        return _with_workshop(options, work)


def _reissue(options: argparse.Namespace) -> int:
    from access.actor import RefusedError
    from access.setup import reissue_at_terminal

    def work(workshop: Workshop, expires_at: int | None) -> int:
        made = reissue_at_terminal(workshop, options.round, options.organisation, expires_at)
        if made is None:
            named = f"organisation '{options.organisation}'" if options.organisation else "round"
            raise RefusedError("P035", what=named)
        print(f"link: {_base(options)}/i/{made.token}")
        if made.code:
            print(f"code: {made.code} (typed at {_base(options)}/join)")
        return DONE

    return _with_workshop(options, work)


def _with_workshop(options: argparse.Namespace, work: Callable[[Workshop, int | None], int]) -> int:
    from access.hand_out import end_of_day
    from access.workshop import Workshop
    from results.store import open_store

    expires_at = end_of_day(options.expires)
    with contextlib.closing(Workshop(open_store(options.db))) as workshop:
        return work(workshop, expires_at)


def _base(options: argparse.Namespace) -> str:
    return str(options.base_url).rstrip("/")


def _format(path: str) -> Format:
    """By the file's ending; CSV for any other."""
    known: dict[str, Format] = {".pdf": "pdf", ".xlsx": "xlsx"}
    return known.get(Path(path).suffix.lower(), "csv")


def _order(file: Path) -> tuple[int, str]:
    """Strategy, ethics, standards, then any others by name."""
    known = ("strategy", "ethics", "standards")
    name = file.parent.name
    return (known.index(name) if name in known else len(known), name)


def _invitations_made(done: int, of: int) -> None:
    end = "\n" if done == of else ""
    print(f"\r  invitations made: {done} of {of}", end=end, file=sys.stderr, flush=True)
