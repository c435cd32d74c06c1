"""MODEL.yaml: its plain values in and out, each refusal naming the line or place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import yaml

from csi_model.specify import asked
from csi_model.specify.elements import (
    APPROACHES,
    MODES,
    Construct,
    Dimension,
    Indicator,
    Parts,
    check_scale,
    identifier,
    refuse,
)

# The language of a name that is given without one: where readers look who lack their own.
PLAIN = "en"
TOP = (
    "scale",
    "missing_codes",
    "index",
    "constructs",
    "paths",
    "indicators",
    "name",
    "title",
    "stated",
    "state_codes",
)


CONSTRUCT = (
    "id", "name", "mode", "valence", "dimensions", "indicators", "components", "approach", "product",
    "tree",
)  # fmt: skip


def parse(text: str, what: str = "The model") -> Any:
    """Read the YAML of a model or what else it is; a syntax error names its line, a doubled key too."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  _Loader is a SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise refuse(
            f"{what} is not valid YAML{place}: {getattr(error, 'problem', None) or 'unreadable'}.",
            "yaml",
            "Mend that line; indentation and colons matter.",
        ) from None
    except RecursionError:
        raise refuse(
            f"{what} nests too deeply to be read.", "yaml", "Take the needless brackets away."
        ) from None


class _Loader(yaml.SafeLoader):
    """Refuses a key that stands twice, where plain YAML would silently keep the last."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                continue
            if key in seen:
                raise refuse(
                    f"The key {key!r} stands twice, in line {key_node.start_mark.line + 1} again.",
                    "duplicate",
                    "Keep one of them.",
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read(document: Any) -> Parts:
    """Read the plain values of MODEL.yaml."""
    top = _mapping(document, "The model", TOP)
    default = _scale(top.get("scale", {}), "scale")
    constructs = tuple(
        _construct(item, f"constructs[{number}]")
        for number, item in enumerate(_list(top.get("constructs"), "constructs"))
    )
    if "index" not in top:
        raise refuse("The model names no index.", "index", "Add a line such as index: SAT.")
    indicators = _indicators(top.get("indicators") or {}, constructs, default)
    return Parts(
        constructs,
        _paths(top.get("paths", [])),
        identifier(top["index"], "index"),
        indicators,
        _missing_codes(top.get("missing_codes", [])),
        asked.stated(top.get("stated", {})),
        asked.state_codes(top.get("state_codes", {})),
    )


def write(parts: Parts) -> dict[str, Any]:
    """Give plain values that `read` turns into equal parts."""
    stated = {each.code: dict(each.options) for each in parts.stated}
    own = {"stated": stated, "state_codes": dict(parts.state_codes)}
    return {name: each for name, each in own.items() if each} | {
        "missing_codes": list(parts.missing_codes),
        "index": parts.index,
        "indicators": {
            indicator.id: {"low": indicator.low, "high": indicator.high}
            | ({"valence": indicator.valence} if indicator.valence != 1 else {})
            | ({"name": dict(indicator.name)} if indicator.name else {})
            for indicator in parts.indicators
        },
        "constructs": [_written(construct) for construct in parts.constructs],
        "paths": [list(path) for path in parts.paths],
    }


def _written(construct: Construct) -> dict[str, Any]:
    found: dict[str, Any] = {"id": construct.id}
    if construct.name:
        found["name"] = dict(construct.name)
    if construct.product:
        return found | {"product": list(construct.product)}
    found |= {"mode": construct.mode, "valence": construct.valence}
    if construct.tree:
        found["tree"] = True
    if construct.components:
        return found | {"components": list(construct.components), "approach": construct.approach}
    if construct.dimensions:
        return found | {
            "dimensions": [
                {"id": node.id, "name": dict(node.name), "indicators": list(node.indicators)}
                for node in construct.dimensions
            ]
        }
    return found | {"indicators": list(construct.indicators)}


def _mapping(value: Any, place: str, known: Iterable[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refuse(f"{place} must hold keys and values.", "shape", "See the model in the documentation.")
    names = set(known)
    for key in value:
        if key not in names:
            wanted = ", ".join(sorted(names))
            raise refuse(f"{place} has the unknown key {key!r}.", "unknown-key", f"Known keys: {wanted}.")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise refuse(
            f"{place} must be a list.", "shape", "Write it as [a, b] or one item a line after a dash."
        )
    return value


def _name(value: Any, place: str) -> dict[str, str]:
    if isinstance(value, str):
        return {PLAIN: value}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise refuse(
            f"{place} must be a text, or texts by language.", "shape", "Write {en: Quality, zh: 质量}."
        )
    return {str(language): text for language, text in value.items()}


def _scale(value: Any, place: str) -> tuple[float, float]:
    given = _mapping(value, place, ("low", "high", "valence", "name"))
    try:
        low, high = float(given.get("low", 1)), float(given.get("high", 10))
    except (TypeError, ValueError):
        raise refuse(
            f"{place}: low and high must be numbers.", "scale", "Write {low: 1, high: 10}."
        ) from None
    check_scale(low, high, place)
    return low, high


def _valence(value: Any, place: str) -> int:
    if isinstance(value, bool) or value not in (1, -1):
        raise refuse(f"{place}: valence is {value!r}.", "valence", "Write 1, or -1 where more is worse.")
    return int(value)


def _tree(value: Any, place: str) -> bool:
    if not isinstance(value, bool):
        raise refuse(f"{place}: tree is {value!r}.", "tree", "Write true, or leave it out.")
    return value


def _indicators(
    own: Any, constructs: tuple[Construct, ...], default: tuple[float, float]
) -> tuple[Indicator, ...]:
    known = dict.fromkeys(code for construct in constructs for code in construct.indicators)
    if not isinstance(own, dict):
        raise refuse("indicators must hold keys and values.", "shape", "Write indicators: {Q1: {low: 0}}.")
    given = {str(code): value for code, value in own.items()}
    for code in given:
        if code not in known:
            raise refuse(
                f"indicators.{code} is in no construct.", "unknown-indicator", "Add it to one, or remove it."
            )
    found = []
    for code in known:
        place = f"indicators.{code}"
        values = _mapping(given.get(code) or {}, place, ("low", "high", "valence", "name"))
        low, high = _scale({"low": default[0], "high": default[1]} | values, place)
        valence = _valence(values.get("valence", 1), place)
        found.append(Indicator(code, low, high, valence, _name(values.get("name", {}), f"{place}.name")))
    return tuple(found)


def _paths(value: Any) -> tuple[tuple[str, str], ...]:
    found = []
    for number, item in enumerate(_list(value, "paths")):
        place = f"paths[{number}]"
        pair = _list(item, place)
        if len(pair) != 2:
            raise refuse(f"{place} must be [source, target].", "path", "Name two constructs.")
        found.append((identifier(pair[0], place), identifier(pair[1], place)))
    return tuple(found)


def _missing_codes(value: Any) -> tuple[float, ...]:
    codes = _list(value, "missing_codes")
    for code in codes:
        if isinstance(code, bool) or not isinstance(code, int | float):
            raise refuse(f"missing_codes holds {code!r}.", "missing-code", "Write numbers such as [98, 99].")
    return tuple(float(code) for code in codes)


def _construct(item: Any, place: str) -> Construct:
    given = _mapping(item, place, CONSTRUCT)
    if "id" not in given:
        raise refuse(f"{place} has no id.", "name", "Add one such as id: QUAL.")
    name = identifier(given["id"], f"{place}.id")
    place = f"construct {name}"
    mode = str(given.get("mode", "A"))
    if mode not in MODES:
        raise refuse(f"{place}: mode is {mode!r}.", "mode", "Choose A (reflective), B (formative) or unit.")
    approach = str(given.get("approach", "two-stage"))
    if approach not in APPROACHES:
        raise refuse(f"{place}: approach is {approach!r}.", "approach", f"Choose {' or '.join(APPROACHES)}.")
    made_of = [key for key in ("dimensions", "indicators", "components", "product") if key in given]
    if len(made_of) != 1:
        raise refuse(
            f"{place} has no indicators." if not made_of else f"{place} has {' and '.join(made_of)}.",
            "no-indicators",
            "Give one of: indicators, dimensions, components (second order), product (interaction).",
        )
    dimensions = _dimensions(given["dimensions"], place) if "dimensions" in given else ()

    def listed(key: str) -> tuple[str, ...]:
        return tuple(
            identifier(code, f"{place}.{key}") for code in _list(given.get(key, []), f"{place}.{key}")
        )

    return Construct(
        name,
        tuple(code for node in dimensions for code in node.indicators) or listed("indicators"),
        mode,
        _valence(given.get("valence", 1), place),
        dimensions,
        _name(given.get("name", {}), f"{place}.name"),
        listed("components"),
        approach,
        listed("product"),
        _tree(given.get("tree", False), place),
    )


def _dimensions(value: Any, place: str) -> tuple[Dimension, ...]:
    found = []
    for number, node in enumerate(_list(value, f"{place}.dimensions")):
        here = f"{place}.dimensions[{number}]"
        part = _mapping(node, here, ("id", "name", "indicators"))
        codes = tuple(identifier(code, here) for code in _list(part.get("indicators"), f"{here}.indicators"))
        if not codes:
            raise refuse(f"{here} has no indicators.", "no-indicators", "Give it some, or remove it.")
        name = _name(part.get("name", {}), f"{here}.name")
        found.append(Dimension(identifier(part.get("id"), f"{here}.id"), codes, name))
    return tuple(found)
