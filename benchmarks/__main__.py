"""`python -m benchmarks [NAME…]`: run the registered benchmarks (default: all) and print what was measured.

Exit 0 = every demanded figure was met, 1 = one was missed, 2 = unknown name.
"""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks import Result

# Name on the command line → module with `run() -> Iterator[Result]`.
REGISTRY = {
    "scoring": "benchmarks.scoring",
    "comparing": "benchmarks.comparing",
    "replays": "benchmarks.replays",
    "answering": "benchmarks.answering",
    "workshop": "benchmarks.workshop",
    "first_load": "benchmarks.first_load",
    "checks": "benchmarks.checks",
    "coverage": "benchmarks.coverage",
    "files": "benchmarks.files",
    "store": "benchmarks.store",
}
PEERS = ("numpy", "duckdb", "pandas", "streamlit")


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in REGISTRY]
    if unknown:
        print(f"Unknown benchmark: {', '.join(unknown)}. There are: {', '.join(REGISTRY)}.", file=sys.stderr)
        return 2
    versions = ", ".join(f"{package} {version(package)}" for package in PEERS)
    print(f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {versions}")
    all_met = True
    for name in names or REGISTRY:
        print(f"\n{name} (load average {os.getloadavg()[0]:.1f})", flush=True)
        for result in import_module(REGISTRY[name]).run():
            all_met = result.is_met and all_met
            show(result)
    print(f"\nload average {os.getloadavg()[0]:.1f}")
    return 0 if all_met else 1


def show(result: Result) -> None:
    what, value, demanded, verdict = result.cells()
    print(f"  {what:<66} {value:>12}  {demanded:<12} {verdict}".rstrip(), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
