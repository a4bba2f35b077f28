"""What an import carries from its preview to its saving: the answers, packed and signed, in a hidden field. Nothing is kept here."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets
import zlib
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Final

from access.secret import keyed_hash
from access.workbook import Change
from survey.response import Answer

if TYPE_CHECKING:
    from access.workbook import Preview
    from access.workshop import Workshop

_KEY: Final = "import"


@dataclass(frozen=True, slots=True)
class Carried:
    """`contested`: the questions of which the stored version stands unless the workbook's is chosen. `drawn` names the preview."""

    response_id: int
    drawn: str
    changes: tuple[Change, ...]
    contested: frozenset[str]


def packed(workshop: Workshop, preview: Preview) -> str:
    """The preview's answers as the value of a field. Only who has our key can make one, so only our own is ever unpacked."""
    changes = [(one.item.id, astuple(one.filled), one.based_on, one.conflict) for one in preview.differences]
    whole = json.dumps([preview.sheet.state.id, secrets.token_hex(16), changes], ensure_ascii=False)
    text = base64.urlsafe_b64encode(zlib.compress(whole.encode())).decode("ascii")
    return f"{keyed_hash(workshop, _KEY, text)}.{text}"


def unpacked(workshop: Workshop, value: str) -> Carried | None:
    """What `packed` was given; None when the value is not whole, or not ours."""
    signature, _, text = value.partition(".")
    expected = keyed_hash(workshop, _KEY, text)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        return None
    try:
        response_id, drawn, changes = json.loads(zlib.decompress(base64.urlsafe_b64decode(text)))
    except (binascii.Error, zlib.error, ValueError):
        return None
    return Carried(
        response_id,
        drawn,
        tuple(Change(item, Answer(*answer), based_on) for item, answer, based_on, _ in changes),
        frozenset(item for item, _, _, conflict in changes if conflict),
    )
