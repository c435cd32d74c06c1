"""A file as plain values: what makes it no document at all, and keys that stand twice."""

import json
import math
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple, get_args

from surveys.document.questionnaire import Questionnaire
from surveys.findings.finding import Finding, error

LARGEST: Final = 4_000_000
DEEPEST: Final = 100
FORMATS: Final = get_args(Questionnaire.model_fields["format"].annotation)
# Stands for half a character; texts that hold it are found, and everything else can be read on.
BROKEN: Final = "\uffff"


class Read(NamedTuple):
    """Plain values, None where there are none, and what was found on the way."""

    plain: dict[str, Any] | None
    findings: tuple[Finding, ...]


def read(source: bytes) -> Read:
    """Read a file's bytes; nothing that stands there makes it fail."""
    if len(source) > LARGEST:
        return _unreadable("size", limit=LARGEST // 1_000_000)
    twice: list[str] = []
    try:
        plain = json.loads(
            source,
            object_pairs_hook=lambda pairs: _object(pairs, twice),
            parse_constant=_finite,
            parse_float=_finite,
        )
    except NoNumberError as cause:
        return _unreadable("number", number=cause)
    except UnicodeDecodeError:
        return _unreadable("encoding")
    except RecursionError:
        return _unreadable("depth", limit=DEEPEST)
    except json.JSONDecodeError as cause:
        return _unreadable("place", line=cause.lineno, column=cause.colno)
    except ValueError:  # a whole number of thousands of digits
        return _unreadable("digits")
    if _depth(plain) > DEEPEST:
        return _unreadable("depth", limit=DEEPEST)
    if not isinstance(plain, dict):
        return Read(None, (error("document-shape", "", "top"),))
    found = [error("document-key-twice", "", key=key) for key in dict.fromkeys(twice)]
    written = plain.get("format", FORMATS[0])
    if written not in FORMATS:
        found.append(error("document-format", "", format=written, known=", ".join(FORMATS)))
        return Read(None, tuple(found))
    return Read(_whole(plain), tuple(found))


class NoNumberError(ValueError):
    """What stands where a number should, and is none that a database holds."""


def _finite(written: str) -> float:
    """Read a number; NaN and Infinity are none of JSON's, and 1e999 is too large for any computer."""
    number = float(written)
    if not math.isfinite(number):
        raise NoNumberError(written[:20])
    return number


def _unreadable(variant: str, **about: object) -> Read:
    return Read(None, (error("document-unreadable", "", variant, **about),))


def _object(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice += [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
    return found


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= DEEPEST:
        depth, level = depth + 1, [part for each in level for part in _inside(each)]
    return depth


def _whole(value: Any) -> Any:
    """Give the values with each lone surrogate replaced: no other library takes half a character."""
    if isinstance(value, str):
        return "".join(BROKEN if "\ud800" <= each <= "\udfff" else each for each in value)
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value
