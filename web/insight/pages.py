"""The pages of a dashboard: panels are found by looking into their folder, and put in their order."""

import pkgutil
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib import import_module
from typing import NamedTuple

from sqlalchemy.orm import Session

from surveys.editing import publishing
from surveys.models import Version
from surveys.questions.parts import Text
from web.i18n import text
from web.insight import panels, results, sentences
from web.insight.blocks import Panel
from web.insight.panels.base import Seen
from web.insight.results import WaveResult
from web.shelf import Shelf

_answers = Shelf(16)


class Kind(NamedTuple):
    """What a file of the panels' folder says: page, place there, and how its panels are made."""

    page: str
    order: int
    make: Callable[[Seen], Iterable[Panel]]


def kinds(page: str) -> list[Kind]:
    """Give the kinds of panels of a page in their order."""
    return sorted((kind for kind in _found(tuple(panels.__path__)) if kind.page == page), key=_place)


def panels_of(page: str, seen: Seen) -> list[Panel]:
    """Give everything that a page shows."""
    return [panel for kind in kinds(page) for panel in kind.make(seen)]


def parts(session: Session, wave: WaveResult) -> dict[str, str]:
    """Give the groups that can be looked at, by key, in the order of the result."""
    keys = list(wave.result["groups"])
    units = results.unit_names(session, [key.partition(":")[2] for key in keys])
    names = {code: text(name) for code, name in units.items()}
    version = wave.wave.version
    answers = _answers.get(version.content_hash, lambda: _accounts(version))
    said = {pair: text(texts) for pair, texts in answers.items()}
    return {key: sentences.part_label(key, names, said) for key in keys}


def _accounts(version: Version) -> dict[tuple[str, str], Text]:
    """Give the texts of the answers to what the customer file may know, by its name and the option's code."""
    return {
        (question.account, option.code): option.wording
        for question in publishing.load_document(version).questions()
        if question.account
        for option in question.offered()
    }


@cache
def _found(folders: Sequence[str]) -> tuple[Kind, ...]:
    names = sorted(each.name for each in pkgutil.iter_modules(folders))
    modules = [import_module(f"{panels.__name__}.{name}") for name in names]
    return tuple(Kind(each.PAGE, each.ORDER, each.panels) for each in modules if hasattr(each, "PAGE"))


def _place(kind: Kind) -> int:
    return kind.order
