"""OpenID Connect with one identity provider: the authorization code flow with PKCE, and every claim of the id token checked.

Authlib does the protocol (state, nonce, code exchange, signature). Held stricter than its defaults: the configured issuer and
no other, asymmetric signatures whatever the provider's metadata list, our own audience, and an age. Nothing of the provider's
answer is kept; metadata and keys are fetched anew each time, so that a changed key needs no restart.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth, StarletteOAuth2App
from httpx2 import HTTPError
from joserfc.errors import JoseError

from access.actor import RefusedError
from access.sign_in import Account
from access.staff_session import STAFF_HOURS
from web.staff import ProviderAwayError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from settings import IdentityProvider

_LOG: Final = logging.getLogger(__name__)

CALLBACK: Final = "/staff/oidc/callback"
# Signatures that need the provider's private key. HS256 would need only what every client of ours knows, `none` nothing at all.
ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
_OLDEST: Final = STAFF_HOURS * 3600  # seconds since the person has proved to the provider who they are
_LEEWAY: Final = 60  # seconds that two clocks may differ
_LONGEST: Final = 255  # characters of `sub` (OpenID Connect Core, section 2)
_PATIENCE: Final = 10.0  # seconds


class _App(StarletteOAuth2App):  # type: ignore[misc]  # Authlib is not typed
    """Authlib's client, which believes the provider's metadata; here they have to fit what was configured."""

    issuer = ""

    async def load_server_metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = await super().load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            raise ProviderAwayError
        offered = metadata.get("id_token_signing_alg_values_supported") or ["RS256"]
        metadata["id_token_signing_alg_values_supported"] = [one for one in offered if one in ALGORITHMS] or ["RS256"]
        return metadata


class _OAuth(OAuth):  # type: ignore[misc]
    oauth2_client_cls = _App


class Provider:
    """The configured identity provider. `base_url`: where the provider sends people back to."""

    def __init__(self, given: IdentityProvider, base_url: str) -> None:
        self._given = given
        self._return_to = base_url + CALLBACK

    @property
    def name(self) -> str:
        return self._given.name

    async def send(self, request: Request) -> Response:
        """A redirect to the provider; what has to be remembered is in `request.session`. Raises ProviderAwayError."""
        try:
            answer: Response = await self._client().authorize_redirect(request, self._return_to, max_age=_OLDEST)
        except (HTTPError, OAuthError, RuntimeError, ValueError, TypeError) as error:
            raise _away(error) from None
        return answer

    async def account(self, request: Request) -> Account:
        """Who came back. Raises RefusedError P048 for any answer that is not wholly right, ProviderAwayError."""
        options = {
            "iss": {"essential": True, "value": self._given.issuer},
            "aud": {"essential": True, "value": self._given.client_id},
        }
        try:
            token = await self._client().authorize_access_token(request, claims_options=options, leeway=_LEEWAY)
        except HTTPError as error:
            raise _away(error) from None
        except (OAuthError, JoseError, RuntimeError, ValueError, TypeError, KeyError) as error:
            _LOG.warning("an identity provider's answer was refused: %(error)s", {"error": type(error).__name__})
            raise RefusedError("P048") from None
        claims = token.get("userinfo") or {}
        if not _is_sound(claims, time.time()):
            _LOG.warning("an identity provider's claims were refused")
            raise RefusedError("P048")
        return Account(claims["iss"], claims["sub"])

    def _client(self) -> _App:
        oauth = _OAuth()
        app: _App = oauth.register(
            "staff",
            client_id=self._given.client_id,
            client_secret=self._given.client_secret,
            server_metadata_url=self._given.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": _PATIENCE},
        )
        app.issuer = self._given.issuer
        return app


def _is_sound(claims: dict[str, Any], now: float) -> bool:
    """What Authlib does not ask: a subject that is text, and a person who has proved themselves within the last hours.

    Without `auth_time` (providers may leave it out) the time of the token itself counts.
    """
    subject, proved = claims.get("sub"), claims.get("auth_time", claims.get("iat"))
    return (
        isinstance(subject, str)
        and 0 < len(subject) <= _LONGEST
        and isinstance(proved, int | float)
        and not isinstance(proved, bool)
        and now - _OLDEST - _LEEWAY <= proved <= now + _LEEWAY
    )


def _away(error: Exception) -> ProviderAwayError:
    _LOG.warning("the identity provider cannot be used: %(error)s", {"error": type(error).__name__})
    return ProviderAwayError()
