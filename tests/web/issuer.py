"""A small identity provider that can lie: each way in which an id token may be wrong, one at a time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "readiness", "the client's secret"
SUBJECT = "248289761001"


def _letters(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _coded(part: dict) -> str:
    return _letters(json.dumps(part).encode())


class _Silent(WSGIRequestHandler):
    def log_message(self, *_):
        """Tests print nothing."""


@dataclass
class Issuer:
    """Serves discovery, keys and tokens on a port of this machine. `lie`: what is wrong with the next id token."""

    lie: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}))
    other: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
    )
    asked: dict = field(default_factory=dict)

    def __enter__(self):
        self.server = make_server("localhost", 0, self._answer, handler_class=_Silent)
        self.url = f"http://localhost:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def authorise(self, address: str) -> str:
        """What a person's consent does: a code for the request at this address."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.asked[code] = query
        return urlencode({"code": code, "state": query["state"]})

    def _answer(self, environ, start):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length).decode()
        found = {
            "/.well-known/openid-configuration": self._metadata,
            "/keys": lambda _: {"keys": [self.key.as_dict(private=False)]},
            "/token": self._token,
        }.get(environ["PATH_INFO"])
        answer = found(body) if found else {"error": "not_found"}
        start("400 Bad" if "error" in answer else "200 OK", [("content-type", "application/json")])
        return [json.dumps(answer).encode()]

    def _metadata(self, _):
        return {
            "issuer": "https://evil.example" if self.lie == "metadata of another issuer" else self.url,
            "authorization_endpoint": f"{self.url}/authorise",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            # What some providers say: a client that believes it takes unsigned tokens
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        }

    def _token(self, body):
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.asked.pop(given.get("code"), None)
        if asked is None:
            return {"error": "invalid_grant"}
        proof = _letters(hashlib.sha256(given["code_verifier"].encode()).digest())
        assert (asked["code_challenge_method"], asked["code_challenge"]) == ("S256", proof)
        return {"access_token": "at", "token_type": "Bearer", "expires_in": 60, **self._id_token(asked)}

    def _id_token(self, asked):
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": SUBJECT,
            "aud": CLIENT,
            "azp": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        claims |= {
            "iss": {"iss": "https://evil.example"},
            "aud": {"aud": "another client"},
            "nonce": {"nonce": "another"},
            "no nonce": {"nonce": None},
            "expired": {"iat": now - 900, "exp": now - 600},
            "from the future": {"iat": now + 3600, "exp": now + 7200},
            "signed in yesterday": {"auth_time": now - 86_400},
            "no subject": {"sub": ""},
            "subject is a list": {"sub": ["a"]},
            "subject too long": {"sub": "s" * 256},
        }.get(self.lie, {})
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.lie == "no token":
            return {}
        if self.lie == "alg none":
            return {"id_token": f"{_coded({'alg': 'none', 'kid': 'one'})}.{_coded(claims)}."}
        if self.lie == "signed with what every client knows":
            signed = f"{_coded({'alg': 'HS256', 'kid': 'one'})}.{_coded(claims)}"
            public = self.key.as_pem(private=False)
            return {"id_token": f"{signed}.{_letters(hmac.digest(public, signed.encode(), 'sha256'))}"}
        key = self.other if self.lie == "wrong key" else self.key
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return {"id_token": token[:-6] + "AAAAAA"} if self.lie == "changed" else {"id_token": token}
