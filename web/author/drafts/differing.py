"""What differs between two documents, as a page tells it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from surveys import words
from surveys.editing.comparing import differences
from web import i18n
from web.author.drafts.wording import field_name, shown

STEP: Final = re.compile(r"([^.\[\]]+)(?:\[([^\]]*)\])?")
ORDER: Final = " (order)"
TEXTS: Final = ("text", "title", "name", "fallback")


class Line(NamedTuple):
    """One place: what became of it (`add`, `drop`, `order` or `set`), where it is, and what it was and is."""

    doing: str
    where: str
    field: str
    was: str
    now: str


def lines(older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[Line]:
    """Tell every difference, in the newer document's order."""
    for each in differences(older, newer):
        place = each.place.removesuffix(ORDER)
        steps = STEP.findall(place)
        codes = [code for _name, code in steps if code]
        last = max((number for number, (_name, code) in enumerate(steps) if code), default=-1)
        path = "/".join(name for name, _code in steps[last + 1 :])
        where, field = " › ".join(codes), field_name(path) if path else ""
        if each.place.endswith(ORDER):
            yield Line("order", where, field, "", "")
        elif each.older is None and isinstance(each.newer, Mapping | list):
            yield Line("add", where, field, "", _said(each.newer))
        elif each.newer is None and isinstance(each.older, Mapping | list):
            yield Line("drop", where, field, _said(each.older), "")
        else:
            yield Line("set", where, field, _said(each.older), _said(each.newer))


def _said(value: Any) -> str:
    """Give a value on a line: of a part its text, of a list what stands in it."""
    if isinstance(value, Mapping):
        text = next((value[name] for name in TEXTS if isinstance(value.get(name), Mapping)), None)
        if text is not None:
            return shown(i18n.text(text))
        if set(value) & set(words.spoken()):
            return shown(i18n.text(value))
        return shown(", ".join(f"{name}: {_said(each)}" for name, each in value.items()))
    if isinstance(value, list):
        return shown(", ".join(_said(each) for each in value))
    return shown(value)
