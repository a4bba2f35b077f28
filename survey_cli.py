"""The terminal entry: `readiness COMMAND`. Exit 0 done, 1 the input has problems, 2 wrong usage, 3 the store or the environment refuses."""

from __future__ import annotations

from settings import HERE, Settings, read_settings  # first: see there

# isort: split
import argparse
import contextlib
import dataclasses
import errno
import io
import os
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import BinaryIO, TextIO
from urllib.parse import urlsplit

from access.admin_commands import add_commands as add_admin_commands
from access.staff_commands import add_staff_commands
from results.store_commands import add_commands
from survey.problems import CodedError, Problem, ProblemsError, message

DONE, PROBLEMS, USAGE, REFUSED = 0, 1, 2, 3


class OutputError(Exception):
    """A file that a command was to write cannot be opened; nothing else has been done."""

    def __init__(self, path: str, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(path)


_MOST_REPLAYS = 1_000_000
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ProblemsError as error:
        _print_problems(error.problems)
        return PROBLEMS
    except OutputError as error:
        return _refused("S010", path=error.path, reason=error.reason)
    except CodedError as error:
        print(f"{error.code} {error}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        # The reader of our output (such as `head`) has had enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="readiness", description="AI readiness self-assessment for governments.")
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="start the app")
    _serving(run, read_settings().database)
    run.set_defaults(command=_run)

    demo = commands.add_parser("demo", help="an invented workshop, then the app")
    _serving(demo, "duckdb:///data/demo.duckdb")
    demo.add_argument("--seed", type=int, default=2026, help="another seed, another workshop (default 2026)")
    demo.add_argument("--no-app", action="store_true", help="build the workshop and stop")
    demo.set_defaults(command=_demo)

    check = commands.add_parser("check", help="check questionnaires, their translations and worked cases")
    check.add_argument("paths", nargs="+", metavar="PATH", help="a questionnaire.yaml or a folder with some")
    check.add_argument("--strict", action="store_true", help="warnings fail too")
    check.set_defaults(command=_check)

    score = commands.add_parser("score", help="score answers")
    score.add_argument("questionnaire", metavar="QUESTIONNAIRE.yaml", type=Path)
    score.add_argument("answers", metavar="ANSWERS.csv", help="'-' = standard input")
    score.add_argument("--form", choices=("full", "pulse"), default="full")
    score.add_argument("--out", default="-", metavar="FILE", help="'-' = standard output (default)")
    score.add_argument(
        "--raw", action="store_true", help="names as they are, for programs: a spreadsheet could take one for a formula"
    )
    score.set_defaults(command=_score)

    _add_compare(commands)

    _admin(commands)
    add_commands(commands, read_settings().database)

    bench = commands.add_parser("bench", help="ratios against a floor or a peer, measured in one run")
    bench.add_argument("names", nargs="*", metavar="NAME")
    bench.set_defaults(command=_bench)
    return parser


def _admin(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    admin = commands.add_parser("admin", help="rounds, people, the audit trail; look into a questionnaire")
    tasks = admin.add_subparsers(title="tasks", required=True, metavar="TASK")
    known = read_settings()
    add_admin_commands(tasks, known.database, known.base_url, known.questionnaires, _secret_output)

    instrument = tasks.add_parser("instrument", help="what many answers tell the author of a questionnaire")
    instrument.add_argument("questionnaire", metavar="QUESTIONNAIRE.yaml", type=Path)
    instrument.add_argument("answers", metavar="ANSWERS.csv", help="'-' = standard input")
    instrument.add_argument("groups", metavar="GROUPS.csv", type=Path, nargs="?", help="columns response,group,...")
    instrument.add_argument("--form", choices=("full", "pulse"), default="full")
    instrument.add_argument("--json", action="store_true", help="one JSON object, in full precision")
    instrument.set_defaults(command=_admin_instrument)
    add_staff_commands(tasks, known.database, known.base_url)


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser("compare", help="compare groups (countries) of responses")
    compare.add_argument("questionnaire", metavar="QUESTIONNAIRE.yaml", type=Path)
    compare.add_argument("answers", metavar="ANSWERS.csv", help="'-' = standard input")
    compare.add_argument(
        "groups", metavar="GROUPS.csv", type=Path, help="columns response,group[,organisation][,invited]"
    )
    compare.add_argument("--form", choices=("full", "pulse"), default="full")
    compare.add_argument("--seed", type=_count, default=None, metavar="N", help="of the replays (default 20260101)")
    compare.add_argument("--replays", type=_positive, default=10_000, metavar="N", help="default 10000")
    compare.add_argument("--out", default="-", metavar="FILE.json", help="'-' = standard output (default)")
    compare.set_defaults(command=_compare)


def _serving(parser: argparse.ArgumentParser, database: str) -> None:
    parser.add_argument("--db", default=database, metavar="URL", help=f"database (default {database})")
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to listen on (default 127.0.0.1)"
    )
    parser.add_argument("--port", type=_port, default=8501, metavar="N")
    parser.add_argument(
        "--base-url", default="", metavar="URL", help="what links point to (default http://localhost:PORT)"
    )


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port between 1 and 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of at least 0")
    return int(text)


def _positive(text: str) -> int:
    if not 1 <= _count(text) <= _MOST_REPLAYS:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number between 1 and {_MOST_REPLAYS}")
    return int(text)


def _version() -> str:
    try:
        return version("ai-readiness")
    except PackageNotFoundError:
        return "unknown"


def _run(options: argparse.Namespace) -> int:
    chosen = _settings(options)
    return _refused("S007", host=options.host, port=options.port) if _in_use(options) else _serve(options, chosen)


def _demo(options: argparse.Namespace) -> int:
    if options.host not in _LOOPBACK:
        return _refused("S006", host=options.host)
    if not options.no_app and _in_use(options):
        return _refused("S007", host=options.host, port=options.port)
    from demo.workshop import open_demo, round_name
    from ui import process

    chosen = _settings(options)
    workshop = process.start_or_exit(chosen)
    print(f"{round_name(options.seed)}: every organisation, answer and figure is made up.", flush=True)
    round_, links = open_demo(
        workshop, chosen.questionnaires, options.seed, _agencies_done if sys.stderr.isatty() else None
    )
    if options.no_app:
        organisations = workshop.store.organisations(round_.id)
        print(f"{len(organisations)} organisations in {chosen.database}")
        process.stop()
        return DONE
    base = chosen.base_url
    print(f"\n  Facilitator      {base}/i/{links.facilitator}")
    print(f"  Coordinator      {base}/i/{links.coordinator}   ({links.organisation})")
    print(f"  Colleague        {base}/i/{links.colleague}")
    print(
        f"  In the room      {base}/join   (room {links.join_code}, the coordinator {links.organisation_code})\n",
        flush=True,
    )
    return _serve(options, chosen)


def _agencies_done(done: int, of: int) -> None:
    end = "\n" if done == of else ""
    print(f"\r  agencies answered: {done} of {of}", end=end, file=sys.stderr, flush=True)


def _settings(options: argparse.Namespace) -> Settings:
    known = read_settings()
    base = options.base_url or (known.base_url if known.base_url_given else f"http://localhost:{options.port}")
    return dataclasses.replace(known, database=options.db, base_url=base.rstrip("/"))


def _in_use(options: argparse.Namespace) -> bool:
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((options.host, options.port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def _serve(options: argparse.Namespace, chosen: Settings) -> int:
    import logs
    from ui import process

    logs.set_up()
    process.start_or_exit(chosen)
    # Streamlit finds .streamlit/config.toml beside the launcher; a console script's folder has none.
    sys.argv = [str(HERE / "survey_app.py")]
    from survey_app import app

    print(f"  The app is at    {chosen.base_url}", flush=True)
    hosts = sorted({*_LOOPBACK, options.host, urlsplit(chosen.base_url).hostname or "localhost"} - {"0.0.0.0", "::"})  # noqa: S104
    app.run(config={"server.port": options.port, "server.address": options.host, "server.allowedHosts": hosts})
    return DONE


def _check(options: argparse.Namespace) -> int:
    from results.cases import check_cases
    from survey.check import check

    found = [*check(options.paths, strict=options.strict), *check_cases(options.paths)]
    _print_problems(found)
    errors = sum(problem.severity == "error" or options.strict for problem in found)
    warnings = len(found) - errors
    print(f"{errors} error(s), {warnings} warning(s)")
    return PROBLEMS if errors else DONE


def _score(options: argparse.Namespace) -> int:
    from results.score_file import score_file

    scores = score_file(options.questionnaire, options.answers, options.form, raw=options.raw)
    with _output(options.out) as stream:
        stream.writelines(scores)
    return DONE


def _compare(options: argparse.Namespace) -> int:
    from results.compare_file import compare_file
    from scoring.draws import SEED

    seed = SEED if options.seed is None else options.seed
    compared = compare_file(options.questionnaire, options.answers, options.groups, options.form, options.replays, seed)
    with _output(options.out) as stream:
        stream.write(compared)
    return DONE


def _bench(options: argparse.Namespace) -> int:
    from benchmarks.__main__ import main as run_benchmarks

    return run_benchmarks(options.names)


def _admin_instrument(options: argparse.Namespace) -> int:
    from results.instrument_file import as_json, as_lines, examine_file

    report = examine_file(options.questionnaire, options.answers, options.groups, options.form)
    sys.stdout.writelines([as_json(report)] if options.json else as_lines(report))
    return DONE


def _output(path: str) -> contextlib.AbstractContextManager[TextIO]:
    """Where a command writes (`-` = standard output)."""
    if path == "-":
        return contextlib.nullcontext(sys.stdout)
    return os.fdopen(_opened(path, 0o644), "w", encoding="utf-8", newline="")


@contextlib.contextmanager
def _secret_output(path: str) -> Iterator[BinaryIO]:
    """The same for bytes that are secrets: a file is readable by its owner only, also where it was there before."""
    if path == "-":
        text = io.BytesIO()
        yield text
        sys.stdout.write(text.getvalue().decode("utf-8-sig"))
        return
    descriptor = _opened(path, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(descriptor, 0o600)
        yield stream


def _opened(path: str, mode: int) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    except OSError as error:
        raise OutputError(path, error.strerror or "it cannot be written") from None


def _refused(code: str, **facts: object) -> int:
    print(f"{code} {message(code, **facts)}", file=sys.stderr)
    return REFUSED


def _print_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        print(problem, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
