"""The model: indicators, dimensions, constructs, paths; read from and written to YAML and lavaan syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from csi_model.errors import SpecificationError

MODES = ("A", "B", "unit")
ID = re.compile(r"[^\s,~=+:#*;]{1,64}")


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
    """Second level: a latent variable. `valence` −1 says that more of it is worse; it keeps its direction."""

    id: str
    indicators: tuple[str, ...]
    mode: str = "A"
    valence: int = 1
    dimensions: tuple[Dimension, ...] = ()
    name: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelSpec:
    """A checked model. Matrices are in the order of `construct_ids` and `indicator_ids`.

    Raises
    ------
    SpecificationError
        The message names the place and the remedy: unknown or doubled names, a construct without
        indicators, a cycle, a construct tied to nothing, an unknown index.
    """

    constructs: tuple[Construct, ...]
    paths: tuple[tuple[str, str], ...]
    index: str
    indicators: tuple[Indicator, ...]
    missing_codes: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check(self)

    @property
    def construct_ids(self) -> tuple[str, ...]:
        """Constructs in order."""
        return tuple(construct.id for construct in self.constructs)

    @property
    def indicator_ids(self) -> tuple[str, ...]:
        """Indicators in the order of their constructs, so that each block is contiguous."""
        return tuple(code for construct in self.constructs for code in construct.indicators)

    @cached_property
    def block_mask(self) -> NDArray[np.bool_]:
        """Shape (n_indicators, n_constructs): which indicator belongs to which construct."""
        return np.array(
            [[code in construct.indicators for construct in self.constructs] for code in self.indicator_ids]
        )

    @cached_property
    def path_matrix(self) -> NDArray[np.bool_]:
        """Shape (n_constructs, n_constructs), `[target, source]`."""
        place = {name: number for number, name in enumerate(self.construct_ids)}
        matrix = np.zeros((len(place), len(place)), dtype=bool)
        for source, target in self.paths:
            matrix[place[target], place[source]] = True
        return matrix

    @cached_property
    def scales(self) -> NDArray[np.float64]:
        """Shape (n_indicators, 3): low, high and valence."""
        known = {indicator.id: indicator for indicator in self.indicators}
        return np.array(
            [(known[c].low, known[c].high, known[c].valence) for c in self.indicator_ids], dtype=float
        )

    @cached_property
    def dimensions(self) -> tuple[tuple[str, Dimension], ...]:
        """Every dimension with its construct's id."""
        return tuple((construct.id, node) for construct in self.constructs for node in construct.dimensions)

    @classmethod
    def from_yaml(cls, text: str) -> ModelSpec:
        """Read MODEL.yaml."""
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f" in line {mark.line + 1}" if mark else ""
            raise SpecificationError(
                f"The model is not valid YAML{place}: {getattr(error, 'problem', None) or 'unreadable'}.",
                code="yaml",
                remedy="Mend that line; indentation and colons matter.",
            ) from None
        return cls.from_mapping(document)

    @classmethod
    def from_mapping(cls, document: Any) -> ModelSpec:
        """Read the plain values of MODEL.yaml."""
        return _from_mapping(document)

    @classmethod
    def from_lavaan(
        cls, text: str, *, index: str | None = None, low: float = 1, high: float = 10
    ) -> ModelSpec:
        """Read `=~` and `~` lines; `index` defaults to SAT or Satisfaction, else the last construct."""
        return _from_lavaan(text, index, low, high)

    def to_mapping(self) -> dict[str, Any]:
        """Give plain values that `from_mapping` reads back to an equal model."""
        known = {indicator.id: indicator for indicator in self.indicators}
        return {
            "missing_codes": list(self.missing_codes),
            "index": self.index,
            "indicators": {
                code: {"low": known[code].low, "high": known[code].high}
                | ({"valence": known[code].valence} if known[code].valence != 1 else {})
                | ({"name": dict(known[code].name)} if known[code].name else {})
                for code in self.indicator_ids
            },
            "constructs": [_construct_mapping(construct) for construct in self.constructs],
            "paths": [list(path) for path in self.paths],
        }

    def to_yaml(self) -> str:
        """Write MODEL.yaml."""
        return str(yaml.safe_dump(self.to_mapping(), allow_unicode=True, sort_keys=False))

    def to_lavaan(self) -> str:
        """Write lavaan syntax: measurement (`=~`) and regressions (`~`)."""
        lines = [f"{construct.id} =~ {' + '.join(construct.indicators)}" for construct in self.constructs]
        for construct in self.constructs:
            sources = [source for source, target in self.paths if target == construct.id]
            if sources:
                lines.append(f"{construct.id} ~ {' + '.join(sources)}")
        return "\n".join(lines) + "\n"


def _construct_mapping(construct: Construct) -> dict[str, Any]:
    written: dict[str, Any] = {"id": construct.id}
    if construct.name:
        written["name"] = dict(construct.name)
    written |= {"mode": construct.mode, "valence": construct.valence}
    if construct.dimensions:
        written["dimensions"] = [
            {"id": node.id, "name": dict(node.name), "indicators": list(node.indicators)}
            for node in construct.dimensions
        ]
    else:
        written["indicators"] = list(construct.indicators)
    return written


def _refuse(message: str, code: str, remedy: str) -> SpecificationError:
    return SpecificationError(message, code=code, remedy=remedy)


def _mapping(value: Any, place: str, known: Iterable[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refuse(
            f"{place} must be a list of keys and values.", "shape", "See the model in the documentation."
        )
    names = set(known)
    for key in value:
        if key not in names:
            wanted = ", ".join(sorted(names))
            raise _refuse(f"{place} has the unknown key {key!r}.", "unknown-key", f"Known keys: {wanted}.")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _refuse(
            f"{place} must be a list.", "shape", "Write it as [a, b] or one item a line after a dash."
        )
    return value


def _id(value: Any, place: str) -> str:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not ID.fullmatch(text):
        raise _refuse(
            f"{place}: {value!r} cannot be a name.",
            "name",
            "Use letters and digits without spaces or ~ = + : ,.",
        )
    return text


def _name(value: Any, place: str) -> dict[str, str]:
    if isinstance(value, str):
        return {"en": value, "zh": value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise _refuse(
            f"{place} must be a text, or texts by language.", "shape", "Write {en: Quality, zh: 质量}."
        )
    return {str(language): text for language, text in value.items()}


def _scale(value: Any, place: str) -> tuple[float, float]:
    given = _mapping(value, place, ("low", "high", "valence", "name"))
    try:
        low, high = float(given.get("low", 1)), float(given.get("high", 10))
    except (TypeError, ValueError):
        raise _refuse(
            f"{place}: low and high must be numbers.", "scale", "Write {low: 1, high: 10}."
        ) from None
    if not low < high:
        raise _refuse(
            f"{place}: low ({low:g}) must be below high ({high:g}).", "scale", "Exchange or correct them."
        )
    return low, high


def _valence(value: Any, place: str) -> int:
    if value not in (1, -1):
        raise _refuse(f"{place}: valence is {value!r}.", "valence", "Write 1, or -1 where more is worse.")
    return int(value)


TOP = ("scale", "missing_codes", "index", "constructs", "paths", "indicators", "name", "title")
CONSTRUCT = ("id", "name", "mode", "valence", "dimensions", "indicators")


def _from_mapping(document: Any) -> ModelSpec:
    top = _mapping(document, "The model", TOP)
    default = _scale(top.get("scale", {}), "scale")
    constructs = tuple(
        _construct(item, f"constructs[{number}]")
        for number, item in enumerate(_list(top.get("constructs"), "constructs"))
    )
    own = top.get("indicators") or {}
    known = {code for construct in constructs for code in construct.indicators}
    for code in _mapping(own, "indicators", map(str, own)):
        if str(code) not in known:
            raise _refuse(
                f"indicators.{code} is in no construct.", "unknown-indicator", "Add it to one, or remove it."
            )
    indicators = []
    for code in dict.fromkeys(code for construct in constructs for code in construct.indicators):
        place = f"indicators.{code}"
        given = own.get(code, {}) if isinstance(own, dict) else {}
        low, high = _scale(
            {"low": default[0], "high": default[1]} | (given if isinstance(given, dict) else {}), place
        )
        valence = _valence(given.get("valence", 1), place)
        indicators.append(Indicator(code, low, high, valence, _name(given.get("name", {}), f"{place}.name")))
    paths = []
    for number, item in enumerate(_list(top.get("paths", []), "paths")):
        pair = _list(item, f"paths[{number}]")
        if len(pair) != 2:
            raise _refuse(f"paths[{number}] must be [source, target].", "path", "Name two constructs.")
        paths.append((_id(pair[0], f"paths[{number}]"), _id(pair[1], f"paths[{number}]")))
    codes = []
    for value in _list(top.get("missing_codes", []), "missing_codes"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _refuse(
                f"missing_codes holds {value!r}.", "missing-code", "Write numbers such as [98, 99]."
            )
        codes.append(float(value))
    if "index" not in top:
        raise _refuse("The model names no index.", "index", "Add a line such as index: SAT.")
    return ModelSpec(constructs, tuple(paths), _id(top["index"], "index"), tuple(indicators), tuple(codes))


def _construct(item: Any, place: str) -> Construct:
    given = _mapping(item, place, CONSTRUCT)
    if "id" not in given:
        raise _refuse(f"{place} has no id.", "name", "Add one such as id: QUAL.")
    name = _id(given["id"], f"{place}.id")
    place = f"construct {name}"
    mode = str(given.get("mode", "A"))
    if mode not in MODES:
        raise _refuse(f"{place}: mode is {mode!r}.", "mode", "Choose A (reflective), B (formative) or unit.")
    if ("dimensions" in given) == ("indicators" in given):
        raise _refuse(f"{place} has no indicators.", "no-indicators", "Give either dimensions or indicators.")
    dimensions: list[Dimension] = []
    if "dimensions" in given:
        for number, node in enumerate(_list(given["dimensions"], f"{place}.dimensions")):
            here = f"{place}.dimensions[{number}]"
            part = _mapping(node, here, ("id", "name", "indicators"))
            codes = tuple(_id(code, here) for code in _list(part.get("indicators"), f"{here}.indicators"))
            dimensions.append(
                Dimension(_id(part.get("id"), here), codes, _name(part.get("name", {}), f"{here}.name"))
            )
        indicators = tuple(code for node in dimensions for code in node.indicators)
    else:
        listed = _list(given["indicators"], f"{place}.indicators")
        indicators = tuple(_id(code, f"{place}.indicators") for code in listed)
    valence = _valence(given.get("valence", 1), place)
    return Construct(
        name, indicators, mode, valence, tuple(dimensions), _name(given.get("name", {}), f"{place}.name")
    )


def _from_lavaan(text: str, index: str | None, low: float, high: float) -> ModelSpec:
    blocks: dict[str, list[str]] = {}
    paths: list[tuple[str, str]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.split("#")[0].split("!")[0].strip()
        if not line:
            continue
        left, mark, right = line.partition("=~") if "=~" in line else line.partition("~")
        if not mark or right.startswith(("~", "1")):
            raise _refuse(
                f"Line {number} ({line!r}) is no =~ or ~ line.", "lavaan", "PLS needs only these two."
            )
        terms = [term.split("*")[-1].strip() for term in right.split("+")]
        names = [_id(term, f"line {number}") for term in terms]
        target = _id(left.strip(), f"line {number}")
        if mark == "=~":
            blocks.setdefault(target, []).extend(names)
        else:
            paths += [(source, target) for source in names]
    constructs = tuple(Construct(name, tuple(codes)) for name, codes in blocks.items())
    if not constructs:
        raise _refuse("The model has no =~ line.", "lavaan", "Define each construct, as in QUAL =~ q1 + q2.")
    found = index or next((name for name in ("SAT", "Satisfaction") if name in blocks), constructs[-1].id)
    codes = dict.fromkeys(code for construct in constructs for code in construct.indicators)
    return ModelSpec(constructs, tuple(paths), found, tuple(Indicator(code, low, high) for code in codes))


def check(spec: ModelSpec) -> None:
    """Refuse a model that cannot be estimated."""
    names = spec.construct_ids
    for kind, values in (
        ("construct", names),
        ("dimension", [node.id for _, node in spec.dimensions]),
        ("indicator", spec.indicator_ids),
    ):
        seen: set[str] = set()
        for value in values:
            if value in seen:
                raise _refuse(
                    f"The {kind} {value} stands in the model twice.",
                    "duplicate",
                    "Keep or rename one of them.",
                )
            seen.add(value)
    if not names:
        raise _refuse("The model has no constructs.", "no-constructs", "Add at least two and a path.")
    for construct in spec.constructs:
        if not construct.indicators or any(not node.indicators for node in construct.dimensions):
            raise _refuse(
                f"The construct {construct.id} has no indicators.",
                "no-indicators",
                "Give it some, or remove it.",
            )
    if spec.index not in names:
        raise _refuse(
            f"The index {spec.index} is no construct.", "index", f"Choose one of {', '.join(names)}."
        )
    for number, (source, target) in enumerate(spec.paths):
        for name in (source, target):
            if name not in names:
                raise _refuse(
                    f"paths[{number}] names {name}, which is no construct.", "unknown-construct",
                    f"Known constructs: {', '.join(names)}.",
                )  # fmt: skip
        if source == target:
            raise _refuse(f"paths[{number}] leads from {source} to itself.", "cycle", "Remove it.")
        if (source, target) in spec.paths[:number]:
            raise _refuse(f"The path {source} → {target} stands twice.", "duplicate", "Remove one.")
    tied = {name for path in spec.paths for name in path}
    for name in names:
        if name not in tied:
            raise _refuse(
                f"The construct {name} is tied to nothing.", "tied-to-nothing", "Add a path, or remove it."
            )
    cycle = _cycle(spec)
    if cycle:
        raise _refuse(
            f"The paths run in a circle: {' → '.join(cycle)}.", "cycle", "Remove one of these paths."
        )


def _cycle(spec: ModelSpec) -> list[str]:
    targets: dict[str, list[str]] = {}
    for source, target in spec.paths:
        targets.setdefault(source, []).append(target)
    done: set[str] = set()
    for start in spec.construct_ids:
        trail: list[str] = [start]
        branches = [iter(targets.get(start, []))]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                done.add(trail.pop())
                branches.pop()
            elif following in trail:
                return [*trail[trail.index(following) :], following]
            elif following not in done:
                trail.append(following)
                branches.append(iter(targets.get(following, [])))
    return []
