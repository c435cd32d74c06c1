"""What a model is made of: indicators, dimensions, constructs; and its refusals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from csi_model.errors import SpecificationError

MODES = ("A", "B", "unit")
APPROACHES = ("two-stage", "repeated")
ID = re.compile(r"[^\s,~=+:#*;!<]{1,64}")


@dataclass(frozen=True)
class Indicator:
    """A question with its answer scale; `valence` −1 reverses it before it is scored."""

    id: str
    low: float = 1.0
    high: float = 10.0
    valence: int = 1
    name: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dimension:
    """Third level: some of one construct's indicators."""

    id: str
    indicators: tuple[str, ...]
    name: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Construct:
    """Second level: a latent variable. `valence` −1 says that more of it is worse; it keeps its direction.

    `tree` says that it is of the tree score, which is beside the index.

    A second-order construct has `components` (constructs) instead of indicators, estimated in two stages
    or with repeated indicators; an interaction has the two constructs of its `product`.
    """

    id: str
    indicators: tuple[str, ...] = ()
    mode: str = "A"
    valence: int = 1
    dimensions: tuple[Dimension, ...] = ()
    name: Mapping[str, str] = field(default_factory=dict)
    components: tuple[str, ...] = ()
    approach: str = "two-stage"
    product: tuple[str, ...] = ()
    tree: bool = False


@dataclass(frozen=True)
class Stated:
    """A question of what matters most: its columns are CODE.1, CODE.2 and so on, and hold option numbers.

    `options` are pairs of a number and what it stands for: a construct, dimension or question of the model,
    or something that is none.
    """

    code: str
    options: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Parts:
    """A model as read, not yet checked."""

    constructs: tuple[Construct, ...]
    paths: tuple[tuple[str, str], ...]
    index: str
    indicators: tuple[Indicator, ...]
    missing_codes: tuple[float, ...] = ()
    stated: tuple[Stated, ...] = ()
    state_codes: tuple[tuple[int, str], ...] = ()


def refuse(message: str, code: str, remedy: str, *about: str) -> SpecificationError:
    """Make the refusal; the caller raises it."""
    return SpecificationError(message, code=code, remedy=remedy, about=about)


def identifier(value: object, place: str) -> str:
    """Give a name as text, or say why it cannot be one."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not ID.fullmatch(text):
        plainer = re.sub(r"[\s,~=+:#*;!<]+", "_", text.strip())
        raise refuse(
            f"{place}: {value!r} cannot be a name.",
            "name",
            "Use letters and digits without spaces or ~ = + : ,."
            + (f" Name it {plainer}, say, here and in the file." if ID.fullmatch(plainer) else ""),
            text,
        )
    return text


def check_scale(low: float, high: float, place: str) -> None:
    """Refuse ends that are none, or in the wrong order."""
    if not low < high < float("inf") or low == -float("inf"):
        raise refuse(
            f"{place}: low ({low:g}) must be below high ({high:g}).", "scale", "Exchange or correct them."
        )
