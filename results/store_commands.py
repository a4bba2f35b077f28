"""The parsers of the terminal's store commands. Their work is loaded when one runs, so that no other command waits for it."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any


def add_commands(commands: Any, database: str) -> None:
    """The parsers of `readiness backup`, `restore`, `erase`, `migrate` and `export`. `database`: the default of --db."""
    backup = commands.add_parser("backup", help="a verified backup, also while the app runs")
    _database(backup, database, "backup")
    backup.add_argument("--to", type=Path, metavar="FOLDER", help="put a copy there (default: beside the database)")

    restored = commands.add_parser(
        "restore", help="a database from a backup, a journal or both; nothing is overwritten"
    )
    _database(restored, database, "restore")
    restored.add_argument("backup", nargs="?", type=Path, metavar="BACKUP", help="a .duckdb file")
    restored.add_argument(
        "--from-journal",
        action="append",
        type=Path,
        default=[],
        metavar="JOURNAL",
        help="replay it; several in their order",
    )

    erase = commands.add_parser("erase", help="erase from the database, its journal and its backups")
    _database(erase, database, "erase")
    which = erase.add_mutually_exclusive_group(required=True)
    which.add_argument("--organisation", type=int, metavar="ID", help="an organisation and all that belongs to it")
    which.add_argument("--comments-of", metavar="AUTHOR", help="the texts of one author; levels stay")
    which.add_argument("--due", action="store_true", help="list the rounds past their keep-until date")
    erase.add_argument("--yes", action="store_true", help="with --due: erase them")

    migrate = commands.add_parser(
        "migrate",
        help="bring the database to this version's schema, a backup first; with --to, copy it into another one",
    )
    _database(migrate, database, "migrate")
    migrate.add_argument("--to", metavar="URL", help="an empty database: duckdb:///... or postgresql://...")
    migrate.add_argument(
        "--from", dest="file", type=Path, metavar="FILE.jsonl", help="with --to: from a file that 'export' wrote"
    )

    exported = commands.add_parser(
        "export", help="all facts of a database as one text file, the same from every engine"
    )
    _database(exported, database, "export")
    exported.add_argument("--out", default="-", metavar="FILE.jsonl", help="'-' = standard output (default)")


def _database(parser: argparse.ArgumentParser, database: str, name: str) -> None:
    parser.add_argument("--db", default=database, metavar="URL", help=f"database (default {database})")
    parser.set_defaults(command=partial(_run, name))


def _run(name: str, options: argparse.Namespace) -> int:
    from results import maintenance, transfer_command

    work = {
        "backup": maintenance.backup,
        "restore": maintenance.restore,
        "erase": maintenance.erase,
        "migrate": maintenance.migrate,
        "export": transfer_command.export,
    }
    return work[name](options)
