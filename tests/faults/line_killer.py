"""Does one thing over and over in forked processes and kills each with SIGKILL at a later line of the store's code.

`python -m tests.faults.line_killer SCENARIO FOLDER STEP`: kills at lines 1, 1 + STEP, … until the thing gets done. After each
kill another process checks what is left. Prints `kills lines`; a check that fails ends with its traceback and 1.
A program of its own, because a process that has used DuckDB has threads and must not fork.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import traceback
from pathlib import Path

WATCHED = (
    "migrations/__init__",
    "opening",
    "journal",
    "backup",
    "files",
    "reconcile",
    "erasure",
    "restore",
    "duckdb_store",
)
FILES = tuple(f"results/{name}.py" for name in WATCHED)


def kill_at(line):
    """From now on the process dies at the `line`-th line that any thread runs in the watched files."""
    count = [0]

    def trace(frame, event, _):
        if not frame.f_code.co_filename.endswith(FILES):
            return None
        if event == "line":
            count[0] += 1
            if count[0] >= line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    threading.settrace(trace)
    sys.settrace(trace)
    return count


def forked(work):
    """Run `work` in a process of its own; its exit code, or minus the signal that killed it."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            sys.settrace(None)
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(name, folder, step):
    from tests.faults import scenarios

    scenario = getattr(scenarios, name)
    prepared = folder / "prepared"
    prepared.mkdir(parents=True)
    assert forked(lambda: scenario.prepare(prepared)) == 0
    line, kills = 1, 0
    while True:
        here = folder / "here"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(prepared, here)

        def work(line=line, here=here):
            kill_at(line)
            scenario.act(here)
            sys.settrace(None)

        ended = forked(work)
        assert ended in {0, -signal.SIGKILL}, f"line {line}: {ended}"
        if forked(lambda here=here, ended=ended: scenario.check(here, ended == 0)):
            print(f"{name}: the check failed after a kill at line {line}", file=sys.stderr)
            return 1
        if ended == 0:
            print(kills, line)
            return 0
        line, kills = line + step, kills + 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
