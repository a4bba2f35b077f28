"""Figures that this project claims, measured against a peer that computes the same thing in the same run.

A benchmark is a module with `run() -> Iterator[Result]`, registered in `benchmarks.__main__`.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter, process_time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Result:
    """One measured figure. `bound` is the figure demanded (the most, or for a ratio the least); None = only shown."""

    what: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.bound is None or (self.value >= self.bound if self.at_least else self.value <= self.bound)

    def cells(self) -> tuple[str, str, str, str]:
        sign = "≥" if self.at_least else "≤"
        demanded = "" if self.bound is None else f"{sign} {self.bound:g} {self.unit}"
        verdict = "" if self.bound is None else ("met" if self.is_met else "MISSED")
        return self.what, f"{self.value:.3g} {self.unit}", demanded, verdict


def cpu_seconds(work: Callable[[], T], repeats: int = 3) -> tuple[float, float, T]:
    """Least CPU seconds (all threads of this process), least elapsed seconds, and the last answer of `work`."""
    cpu, elapsed = [], []
    for _ in range(repeats):
        started, began = process_time(), perf_counter()
        answer = work()
        cpu.append(process_time() - started)
        elapsed.append(perf_counter() - began)
    return min(cpu), min(elapsed), answer
