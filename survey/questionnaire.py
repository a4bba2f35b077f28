"""The questionnaire as frozen values: what is asked, on which scale, under which conditions, with which weights.

Instances come from `survey.loader`, which checks a file as a whole and reports every problem at its place; the
models here hold the meaning and the checks of single fields. Numbers are exact fractions until the kernel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,63}$"
VERSION_PATTERN = r"^[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}$"
LANGUAGE_PATTERN = r"^[a-z]{2,3}(_[A-Z][A-Za-z]{1,3})?$"
LEVELS = (1, 2, 3, 4, 5)
TIERS = ("none", "described", "document", "verified")

Form = Literal["full", "pulse"]
FORMS: tuple[Form, ...] = ("full", "pulse")


_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(/[0-9]+|[eE][+-]?[0-9]{1,2})?")
_NUMBER_WANTED = "a whole number, a decimal or a fraction such as 2/3 is needed"


def parse_number(value: Any) -> Fraction:
    """A whole number, a decimal or a fraction such as `2/3`, exactly. Raises ValueError on anything else."""
    if isinstance(value, bool) or value is None:
        raise ValueError("a number is needed")
    text = str(value).strip()
    # A short pattern first: Fraction would expand 1e99999999 into a number of a hundred million digits.
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        raise ValueError(_NUMBER_WANTED)
    try:
        number = Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(_NUMBER_WANTED) from None
    if abs(number) > 10**12 or number.denominator > 10**18:
        raise ValueError("the number is too large or too finely divided")
    return number


def version_numbers(version: str) -> tuple[int, ...]:
    """`1.10.0` → (1, 10, 0)."""
    return tuple(int(number) for number in version.split("."))


def _positive(number: Fraction) -> Fraction:
    if number <= 0:
        raise ValueError("it must be greater than 0")
    return number


def _share(number: Fraction) -> Fraction:
    if not 0 <= number <= 1:
        raise ValueError("it must lie between 0 and 1")
    return number


def _positive_share(number: Fraction) -> Fraction:
    return _share(_positive(number))


def _steps(number: Fraction) -> int:
    if number.denominator != 1 or not 0 <= number <= 4:
        raise ValueError("it must be 0, 1, 2, 3 or 4 levels")
    return int(number)


def _level(number: Fraction) -> int:
    if number not in LEVELS:
        raise ValueError("it must be a level 1, 2, 3, 4 or 5")
    return int(number)


def _format(value: Any) -> int:
    if str(value) != "1":
        raise ValueError("only format 1 is known")
    return 1


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError("it must be true or false")


_Number = BeforeValidator(parse_number)
Weight = Annotated[Fraction, _Number, AfterValidator(_positive)]
Share = Annotated[Fraction, _Number, AfterValidator(_share)]
PositiveShare = Annotated[Fraction, _Number, AfterValidator(_positive_share)]
LevelNumber = Annotated[int, BeforeValidator(lambda value: _level(parse_number(value)))]
Steps = Annotated[int, BeforeValidator(lambda value: _steps(parse_number(value)))]
FormatNumber = Annotated[int, BeforeValidator(_format)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Version = Annotated[str, StringConstraints(pattern=VERSION_PATTERN)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


class Frozen(BaseModel):
    """An immutable value; unknown keys are errors; sequences are tuples."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(Frozen):
    """A maturity level of the scale 1-5: its name on screens and one sentence of meaning."""

    level: LevelNumber
    name: Text
    meaning: Text


class EvidenceCaps(Frozen):
    """The highest level that an answer's evidence tier supports."""

    none: LevelNumber = 2
    described: LevelNumber = 3
    document: LevelNumber = 4
    verified: LevelNumber = 5


class Scoring(Frozen):
    """The parameters of the rule: shares in 0-1, margins in levels. Defaults and reasons: docs and `formats`."""

    threshold: PositiveShare = Fraction(2, 3)
    margin: Steps = 2
    critical_margin: Steps = 1
    max_unknown: Share = Fraction(1, 3)
    max_not_applicable: Share = Fraction(1, 3)
    evidence_caps: EvidenceCaps = EvidenceCaps()


class Condition(Frozen):
    """Skip logic: a comparison of one earlier item, or all / any / not of other conditions. Exactly one kind is set.

    A comparison with anything but a level is false; `is` may also name `dont_know` and `not_applicable`; an item that
    is not asked counts as unanswered.
    """

    kind: Literal["at_least", "at_most", "is", "all", "any", "not"]
    item: Id | None = None
    level: LevelNumber | None = None
    codes: tuple[str, ...] = ()
    parts: tuple[Condition, ...] = ()

    def items(self) -> Iterator[str]:
        """Ids of the items that the condition looks at."""
        if self.item is not None:
            yield self.item
        for part in self.parts:
            yield from part.items()


class EvidenceRequest(Frozen):
    """What a respondent may show for an item, with an example that suffices and one that does not."""

    ask: Text
    sufficient: Text | None = None
    insufficient: Text | None = None


class Item(Frozen):
    """One question about one construct, answered by choosing one of five anchors (observable facts, level 1 to 5)."""

    id: Id
    text: Text
    scope: Text | None = None
    why: Text | None = None
    anchors: Annotated[tuple[Text, ...], Field(min_length=5, max_length=5)]
    next_steps: tuple[Text, ...] = ()
    evidence: EvidenceRequest | None = None
    critical: Flag = False
    pulse: Flag = False
    weight: Weight = Fraction(1)
    allow_na: Flag = False
    asked_if: Condition | None = None
    related_to: tuple[Text, ...] = ()
    themes: tuple[Id, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _pulse_follows_critical(cls, data: Any) -> Any:
        if isinstance(data, dict) and "pulse" not in data and data.get("critical") in ("true", True):
            return {**data, "pulse": True}
        return data

    def anchor(self, level: int) -> str:
        """The sentence that describes the practice at `level` (1-5)."""
        return self.anchors[level - 1]


class Dimension(Frozen):
    """A group of items that together describe one capability; the unit of a profile and of the heat map's columns."""

    id: Id
    title: Text
    weight: Weight = Fraction(1)
    critical: Flag = False
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


DEFAULT_LEVELS = (
    Level(level=1, name="Nascent", meaning="Individual effort: nothing is decided or shared."),
    Level(level=2, name="Emerging", meaning="A draft, a pilot or a local practice, without a secure owner."),
    Level(level=3, name="Established", meaning="Formally adopted, owned and funded, and used by most bodies."),
    Level(level=4, name="Integrated", meaning="Used across government, measured, and corrected when it falls short."),
    Level(
        level=5,
        name="Leading",
        meaning="Checked from outside, published, improved because of it, and shared with others.",
    ),
)


class Migration(Frozen):
    """What became of earlier versions' items, and which of those versions' scores may be compared with this one's.

    `renamed`: earlier id → id in this version, of an item that asks the same. `dropped`: earlier ids without a successor.
    Both may speak of several earlier versions at once, as ids are never reused.
    """

    comparable_with: tuple[Version, ...] = ()
    renamed: Mapping[Id, Id] = Field(default_factory=dict)
    dropped: tuple[Id, ...] = ()

    def __hash__(self) -> int:
        """As every frozen value has one; a mapping has none of its own."""
        return hash((self.comparable_with, frozenset(self.renamed.items()), self.dropped))


class Questionnaire(Frozen):
    """A complete questionnaire.

    `version` is semantic: major = scores not comparable, minor = comparable, patch = wording only.
    """

    format: FormatNumber
    id: Id
    version: Version
    language: Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN)] = "en"
    title: Text
    purpose: Text | None = None
    levels: Annotated[tuple[Level, ...], Field(min_length=5, max_length=5)] = DEFAULT_LEVELS
    scoring: Scoring = Scoring()
    migration: Migration | None = None
    dimensions: Annotated[tuple[Dimension, ...], Field(min_length=1)]

    # Set by `survey.translation`: the questionnaire as its author wrote it. Not a field: it is no part of the content.
    _original: Questionnaire | None = PrivateAttr(default=None)

    @cached_property
    def version_numbers(self) -> tuple[int, ...]:
        """The version's three numbers, so that versions can be ordered."""
        return version_numbers(self.version)

    @property
    def original(self) -> Questionnaire:
        """The questionnaire of which this one is a translation, or itself."""
        return self._original or self

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """All items in the questionnaire's order; this order numbers the columns of every answer matrix."""
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    @cached_property
    def position(self) -> dict[str, int]:
        """Item id → column of an answer matrix (0-based)."""
        return {item.id: index for index, item in enumerate(self.items)}

    def item(self, item_id: str) -> Item:
        """The item with this id. Raises KeyError."""
        return self.items[self.position[item_id]]

    def dimension(self, dimension_id: str) -> Dimension:
        """The dimension with this id. Raises ValueError."""
        return self.dimensions[self.dimension_ids.index(dimension_id)]

    @cached_property
    def dimension_ids(self) -> tuple[str, ...]:
        return tuple(dimension.id for dimension in self.dimensions)

    def level_name(self, level: int) -> str:
        return self.levels[level - 1].name

    def items_of(self, form: Form) -> tuple[Item, ...]:
        """The items that a form asks when nothing is skipped: all of them, or the pulse items."""
        return tuple(item for item in self.items if form == "full" or item.pulse)
