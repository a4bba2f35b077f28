"""What all sessions of this process share: the settings, the open workshop, and charts drawn once for all viewers."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from importlib.util import find_spec

from access.workshop import Workshop
from charts.heatmap import Drawn, heatmap
from charts.theme import Scale
from results.live import Comparison
from results.store import StoreError, open_store
from settings import Settings, read_settings
from survey.check import check
from survey.problems import message

_lock = threading.Lock()
_workshop: Workshop | None = None
_settings: Settings | None = None


def start(settings: Settings | None = None) -> Workshop:
    """Open the workshop, once per process. Raises StoreError; the caller says it and exits."""
    global _workshop, _settings  # noqa: PLW0603  (one store per process is the engine's rule)
    with _lock:
        if _workshop is None:
            _settings = settings or read_settings()
            _workshop = Workshop(open_store(_settings.database), _settings.questionnaires)
        return _workshop


def start_or_exit(chosen: Settings | None = None) -> Workshop:
    """For the server's entry: refuse to start with faulty questionnaires (exit 1) or a store that cannot be opened (exit 3)."""
    chosen = chosen or settings()
    if _workshop is None:
        if fault := _provider_fault(chosen):
            print(fault, file=sys.stderr)  # noqa: T201
            sys.exit(3)
        faults = [problem for problem in check([str(chosen.questionnaires)]) if problem.severity == "error"]
        if faults:
            print(*faults, sep="\n", file=sys.stderr)  # noqa: T201
            print(f"The app does not start: {len(faults)} problem(s) in the questionnaires.", file=sys.stderr)  # noqa: T201
            sys.exit(1)
    try:
        return start(chosen)
    except StoreError as error:
        print(f"{error.code} {error}", file=sys.stderr)  # noqa: T201
        sys.exit(3)


def _provider_fault(chosen: Settings) -> str:
    """Why staff could not sign in with the identity provider that is configured; "" when they can, or none is."""
    if chosen.identity_provider is None:
        return ""
    if reason := chosen.identity_provider.fault():
        return f"S050 {message('S050', reason=reason)}"
    installed = all(find_spec(name) for name in ("authlib", "httpx2"))
    return "" if installed else f"S051 {message('S051')}"


def stop() -> None:
    """Finish what is queued and close the store."""
    global _workshop  # noqa: PLW0603
    with _lock:
        if _workshop is not None:
            _workshop.close()
            _workshop = None


def use(workshop: Workshop | None) -> None:
    """Share an already open workshop (tests)."""
    global _workshop  # noqa: PLW0603
    _workshop = workshop


def workshop() -> Workshop:
    """The open workshop."""
    return _workshop or start()


def settings() -> Settings:
    """The settings of this process."""
    return _settings or read_settings()


_drawings: dict[tuple[object, ...], tuple[Comparison, Drawn]] = {}


def drawn(round_id: int, comparison: Comparison, scale: Scale, language: str) -> Drawn:
    """The heat map of a comparison, drawn once for all viewers of an audience until another comparison takes its place.

    The revision does not tell comparisons apart: one made while a choice of who sees the levels arrives may be of the
    choice before, at the same revision.
    """
    key = (round_id, comparison.questionnaire.id, comparison.audience, scale, language)
    found = _drawings.get(key)
    if found is None or found[0] is not comparison:
        if len(_drawings) > 64:
            _drawings.clear()
        shown = comparison
        if language != comparison.questionnaire.language:
            questionnaire = workshop().translated(comparison.questionnaire, language).questionnaire
            shown = replace(comparison, questionnaire=questionnaire)
        found = _drawings[key] = (comparison, heatmap(shown, scale=scale, language=language))
    return found[1]
