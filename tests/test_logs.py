"""S20: whatever is logged, by us or by others, no value gets into the log that is not on the list."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

import logs

SECRET = "marker-Ω-7731"


@pytest.fixture
def lines():
    """Everything logged so far, as the objects of its lines."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    logs.set_up(stream, level=logging.DEBUG)

    def read() -> list[dict]:
        assert SECRET not in stream.getvalue()
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    yield read
    root.handlers, root.level, sys.excepthook, threading.excepthook = before
    root.setLevel(before[1])
    logging.captureWarnings(capture=False)


def fails() -> None:
    try:
        raise ValueError(SECRET)  # noqa: TRY301
    except ValueError as error:
        raise RuntimeError(SECRET, {"answer": SECRET}) from error


def test_ours_is_the_text_with_the_allowed_fields(lines):
    logging.getLogger("access.x").warning(
        "refused %(action)s: %(answer)s", {"action": "save", "answer": SECRET, "round": 3}
    )
    (line,) = lines()
    assert line.pop("timestamp").endswith("+00:00")
    assert line == {
        "level": "warning",
        "logger": "access.x",
        "event": "refused %(action)s: %(answer)s",
        "action": "save",
        "round": 3,
    }


@pytest.mark.parametrize("name", ["streamlit.runtime", "uvicorn.error", "asyncio", "duckdb", "root"])
def test_what_others_say_has_no_values(lines, name, monkeypatch):
    log = logging.getLogger(name)
    for one in {log, logging.getLogger(name.partition(".")[0])} - {
        logging.root
    }:  # as `adopt` leaves it: some take their lines for themselves
        monkeypatch.setattr(one, "propagate", True)
        monkeypatch.setattr(one, "handlers", [])
    log.warning("Session %s is connected", SECRET)
    log.error(f"Session {SECRET}", extra={"incident": SECRET, "answer": SECRET})  # noqa: G004  (as others do)
    log.warning(ValueError(SECRET))
    log.warning("%(a)s", {"a": SECRET})
    assert [line["event"] for line in lines()][:2] == ["Session %s is connected", "(see its place)"]
    assert lines()[0]["place"].startswith("test_logs:")


def test_an_exception_is_its_types_and_our_lines(lines):
    log = logging.getLogger("web")
    try:
        fails()
    except RuntimeError:
        log.exception("it failed")
    (line,) = lines()
    assert line["errors"] == ["RuntimeError", "ValueError"]
    assert line["frames"][-1].endswith(":fails")
    assert [frame.count(":") for frame in line["frames"]] == [2] * len(line["frames"])


def test_frames_are_ours_and_the_one_that_raised(lines):
    from access.invitation import digest

    try:
        digest(None)
    except AttributeError as error:
        logs.report(error)
    frames = lines()[0]["frames"]
    assert [frame.split(":")[0] for frame in frames] == ["access/invitation.py"]
    try:
        json.loads("{" + SECRET)
    except ValueError as error:
        logs.report(error)
    assert lines()[1]["frames"][-1].startswith("json/decoder.py:")


def test_a_report_has_the_number_that_is_shown(lines):
    incident = logs.report(KeyError(SECRET))
    assert (lines()[0]["incident"], len(incident)) == (incident, 8)


def test_uncaught_exceptions_of_threads_and_of_the_process(lines):
    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()
    try:
        fails()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert [line["event"] for line in lines()] == ["uncaught", "uncaught"]


def test_warnings_go_the_same_way(lines):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(SECRET, UserWarning, stacklevel=1)
    assert [line["logger"] for line in lines()] == ["py.warnings"]


def test_a_line_that_cannot_be_written_prints_no_values(lines, monkeypatch, capsys):
    monkeypatch.setattr(logs, "_allowed", None)
    logs.set_up(stream := io.StringIO(), level=logging.DEBUG)
    logging.getLogger("web").warning("%(file)s", {"file": SECRET})
    assert json.loads(stream.getvalue())["event"] == "a line could not be written"
    assert SECRET not in capsys.readouterr().err


def test_an_adopted_logger_writes_once_and_through_ours(lines):
    other = logging.getLogger("of.another")
    other.addHandler(logging.StreamHandler(own := io.StringIO()))
    other.propagate = False
    logs.adopt(other)
    other.warning("once %s", SECRET)
    assert (len(lines()), own.getvalue()) == (1, "")


def test_on_a_terminal_it_is_a_line_to_read(lines):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    logs.set_up(stream := Terminal())
    logging.getLogger("results").warning("%(file)s failed and was opened again", {"file": "x.duckdb"})
    assert "failed and was opened again" in stream.getvalue()
    assert "file=x.duckdb" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_details_of_others_are_left_out_of_an_ordinary_log(lines):
    logs.set_up(stream := io.StringIO())
    logging.getLogger("uvicorn.error").info("opened %s", SECRET)
    logging.getLogger("streamlit.error_util").error("Uncaught app execution", exc_info=ValueError(SECRET))
    logging.getLogger("readiness").info("started")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["started"]


@given(
    values=st.dictionaries(
        st.text(max_size=12) | st.sampled_from(sorted(logs.FIELDS)), st.text(), min_size=1, max_size=6
    )
)
def test_of_any_values_only_the_listed_come_through_each_on_one_line(values):
    record = logging.LogRecord("web", logging.INFO, __file__, 1, "constant", (values,), None)
    handler = logs.set_up(stream := io.StringIO())
    logging.getLogger().removeHandler(handler)
    handler.emit(record)
    (text,) = stream.getvalue().splitlines(keepends=True)
    written = json.loads(text)
    shown = {name: "".join(c if c.isprintable() else "?" for c in value[:300]) for name, value in values.items()}
    assert {name: written[name] for name in values if name in logs.FIELDS} == {
        name: value for name, value in shown.items() if name in logs.FIELDS
    }
    assert set(written) <= logs.FIELDS | {"timestamp", "level", "event", "logger"}
