"""The only reader of the environment: one frozen Settings, made once by the process that starts."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

# Before numpy is loaded, which is why the entries import this module first. The matrices are small: threads of BLAS only compete
# with those that serve pages (p99 of a save with 10 dashboards: 386 ms against 3).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Where staff can sign in by OpenID Connect. `name`: what the button calls it. The secret is in no printed form of it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str

    def fault(self) -> str:
        """Why it cannot be used; "" when it can. Plain http is for a provider on this machine only."""
        given = {"ISSUER": self.issuer, "CLIENT_ID": self.client_id, "CLIENT_SECRET": self.client_secret}
        missing = [f"READINESS_OIDC_{name}" for name, value in given.items() if not value]
        if missing:
            return f"{' and '.join(missing)} is missing"
        try:
            address = urlsplit(self.issuer)
            host, scheme = address.hostname, address.scheme
        except ValueError:
            return "the issuer is not an address"
        local = host in ("localhost", "127.0.0.1", "::1")
        if not host or scheme not in (("https", "http") if local else ("https",)) or address.query or address.fragment:
            return "the issuer is not an address that begins with https:// and has no '?' or '#'"
        return ""


@dataclass(frozen=True, slots=True)
class Settings:
    """`database`: URL of the store. `base_url`: what links and QR codes point to, without a final slash.

    `base_url_given`: it was set from outside, and is not the default of one machine.
    `questionnaires`: folder with the questionnaire files. `cache`: folder for files that can be made anew.
    `backup_hours`: between backups of an embedded database while the app runs; 0: none.
    `identity_provider`: where staff sign in besides by passphrase; None when nothing of it is set.
    """

    database: str
    base_url: str
    questionnaires: Path
    cache: Path
    base_url_given: bool = False
    backup_hours: float = 24.0
    identity_provider: IdentityProvider | None = None

    @property
    def secure(self) -> bool:
        """Whether people reach the app through TLS; cookies are then `Secure`."""
        return self.base_url.startswith("https://")


def read_settings() -> Settings:
    """Settings from READINESS_DB, _BASE_URL, _QUESTIONNAIRES, _CACHE, _BACKUP_HOURS and _OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET,
    _NAME, with defaults for one machine.
    """
    cache = os.environ.get("READINESS_CACHE") or str(
        Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "ai-readiness"
    )
    return Settings(
        database=os.environ.get("READINESS_DB", "duckdb:///data/readiness.duckdb"),
        base_url=os.environ.get("READINESS_BASE_URL", "http://localhost:8501").rstrip("/"),
        questionnaires=Path(os.environ.get("READINESS_QUESTIONNAIRES") or HERE / "questionnaires"),
        cache=Path(cache),
        base_url_given="READINESS_BASE_URL" in os.environ,
        backup_hours=_hours(os.environ.get("READINESS_BACKUP_HOURS", "")),
        identity_provider=_identity_provider(),
    )


def _identity_provider() -> IdentityProvider | None:
    issuer, client_id, client_secret, name = (
        os.environ.get(f"READINESS_OIDC_{part}", "").strip()
        for part in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME")
    )
    if not (issuer or client_id or client_secret):
        return None
    return IdentityProvider(issuer, client_id, client_secret, name or "your organisation's account")


def _hours(text: str) -> float:
    """A number of hours; 24 for anything else, since no backups should follow only from `0`."""
    try:
        hours = float(text)
    except ValueError:
        return 24.0
    return hours if 0 <= hours < float("inf") else 24.0
