"""`readiness admin init`, `people`, `grant` and `audit`: their parsers, and their work, which is loaded when one runs.

For whoever operates the machine: no role is asked for, since who can open the database can do all of this anyway. What is
changed stands in the audit trail as done by `terminal`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from results.facts import StaffRole
from survey.problems import visible

if TYPE_CHECKING:
    from access.workshop import Workshop

DONE, PROBLEMS = 0, 1


def add_staff_commands(tasks: Any, database: str, base_url: str) -> None:
    """The parsers. `database` and `base_url`: the defaults of --db and --base-url."""
    init = tasks.add_parser("init", help="a link for the first administrator, or for one who has lost the passphrase")
    init.add_argument(
        "--name", default="administrator", help="the name to sign in with (default 'administrator')", metavar="NAME"
    )
    init.add_argument("--base-url", default=base_url, metavar="URL")
    _common(init, database, _init)

    listed = tasks.add_parser("people", help="people with an account, how they sign in and their roles")
    _common(listed, database, _people)

    grant = tasks.add_parser("grant", help="give somebody a role, or end it; a new person gets a link")
    grant.add_argument("name", metavar="NAME")
    grant.add_argument("role", choices=get_args(StaffRole))
    grant.add_argument(
        "round", nargs="?", type=_number, default=0, metavar="ROUND", help="a facilitator's round, by its number"
    )
    grant.add_argument("--end", action="store_true", help="end the role, with the sessions in it")
    grant.add_argument("--base-url", default=base_url, metavar="URL")
    _common(grant, database, _grant)

    audit = tasks.add_parser("audit", help="the audit trail as JSON lines, the oldest entry first")
    audit.add_argument(
        "--verify", action="store_true", help="check that no entry was changed or left out; exit 1 when one was"
    )
    audit.add_argument(
        "--head",
        type=_head,
        metavar="NUMBER:SHA256",
        help="with --verify: the newest entry as an earlier --verify printed it, and as you kept it elsewhere",
    )
    _common(audit, database, _audit)


def _common(parser: argparse.ArgumentParser, database: str, work: Any) -> None:
    parser.add_argument("--db", default=database, metavar="URL", help=f"database (default {database})")
    parser.set_defaults(command=partial(_run, work))


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a round's number; 'readiness admin people' lists them")
    return int(text)


def _head(text: str) -> tuple[int, str]:
    if not re.fullmatch(r"[0-9]{1,18}:[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError(f"'{text}' is not NUMBER:SHA256, as 'audit --verify' prints it")
    number, sha256 = text.split(":")
    return int(number), sha256


def _run(work: Any, options: argparse.Namespace) -> int:
    from access.workshop import Workshop
    from results.store import open_store

    with contextlib.closing(Workshop(open_store(options.db))) as workshop:
        done: int = work(workshop, options)
        return done


def _init(workshop: Workshop, options: argparse.Namespace) -> int:
    from access.staff import first_administrator

    _print_link(first_administrator(workshop, options.name), options.base_url)
    return DONE


def _people(workshop: Workshop, _options: argparse.Namespace) -> int:
    from access.staff import TERMINAL, people, rounds

    for person in people(workshop, TERMINAL):
        held = [f"{grant.role} {grant.round_id or ''}".strip() for grant in person.grants]
        print(f"{visible(person.name)}\t{person.way}\t{', '.join(held) or '-'}")
    for round_ in rounds(workshop, TERMINAL):
        print(f"round {round_.id}\t{visible(round_.name)}", file=sys.stderr)
    return DONE


def _grant(workshop: Workshop, options: argparse.Namespace) -> int:
    from access.staff import TERMINAL, add_person, give, id_of_name, people, take_away

    staff_id = id_of_name(workshop, options.name)
    is_known = any(person.id == staff_id for person in people(workshop, TERMINAL))
    if options.end:
        take_away(workshop, TERMINAL, staff_id, options.role, options.round)
    elif is_known:
        give(workshop, TERMINAL, staff_id, options.role, options.round)
    else:
        _print_link(add_person(workshop, TERMINAL, options.name, options.role, options.round), options.base_url)
    return DONE


def _audit(workshop: Workshop, options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from access.audit import check, entries
    from access.staff import TERMINAL

    if not options.verify:
        for entry in entries(workshop, TERMINAL):
            print(json.dumps(asdict(entry), ensure_ascii=False))
        return DONE
    checked = check(workshop, TERMINAL, options.head)
    if checked.broken is not None:
        print(f"Entry {checked.broken} does not follow from the one before it.", file=sys.stderr)
    elif not checked.reaches:
        print(
            f"The trail does not hold the entry {options.head[0]} that was given: it is another trail.", file=sys.stderr
        )
    print(f"{checked.head[0]}:{checked.head[1]}")
    return DONE if checked.is_whole else PROBLEMS


def _print_link(token: str, base_url: str) -> None:
    from access.staff import LINK_MINUTES

    print(f"{base_url.rstrip('/')}/staff/first/{token}")
    print(f"It works once, for {LINK_MINUTES} minutes. Whoever opens it first has the account.", file=sys.stderr)
