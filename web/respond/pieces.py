"""Text cut once into what stands fast and holes that are filled for each request."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from surveys.document.wording import HOLE

MARK = re.compile("\x02([^\x03]*)\x03")


def hole(key: str) -> Markup:
    """Leave a hole in a template that is being compiled."""
    return Markup(f"\x02{key}\x03")  # noqa: S704 - a key of ours, cut out again


class Pieces:
    """Strings with holes: even places stand fast, odd places are filled."""

    def __init__(self, html: str, names: Collection[str]) -> None:
        html = HOLE.sub(lambda found: hole("{" + found[1]) if found[1] in names else found[0], html)
        cut = MARK.split(html)
        self.parts = [part if number % 2 == 0 else "" for number, part in enumerate(cut)]
        self.holes: dict[str, list[int]] = {}
        for number in range(1, len(cut), 2):
            self.holes.setdefault(cut[number], []).append(number)

    def fill(self, values: Mapping[str, str], _given: object = None) -> str:
        """Give the text with the holes filled; a hole without a value stays empty."""
        parts = self.parts.copy()
        if len(values) < len(self.holes):
            for key, value in values.items():
                for place in self.holes.get(key, ()):
                    parts[place] = value
        else:
            for key, places in self.holes.items():
                if value := values.get(key, ""):
                    for place in places:
                        parts[place] = value
        return "".join(parts)


class Given(NamedTuple):
    """The options of items that not everybody sees alike: what to do with each item's.

    `order`: item's code → codes in the order in which they are shown. `left_out`: item's code → codes that
    are not offered. `holes`: item's and option's code → what the browser needs to decide on it.
    """

    order: Mapping[str, Sequence[str]]
    left_out: Mapping[str, Collection[str]]
    holes: Mapping[tuple[str, str], str]


class Varied:
    """An item whose options are pieces of their own: in the template `1c` begins and ends a list of them,
    `1b` stands before each, and `1f` after its code.
    """

    def __init__(self, code: str, html: str, names: Collection[str]) -> None:
        self.code = code
        fast, lists = html.split("\x1c")[::2], html.split("\x1c")[1::2]
        self.fast = [Pieces(each, names) for each in fast]
        self.lists = [dict(self._options(each, names)) for each in lists]

    def _options(self, html: str, names: Collection[str]) -> Iterator[tuple[str, Pieces]]:
        for option in html.split("\x1b")[1:]:
            code, _, text = option.partition("\x1f")
            yield code, Pieces(text, names)

    def fill(self, values: Mapping[str, str], given: Given) -> str:
        """Give the text with the options that are offered, in their order."""
        left_out = given.left_out.get(self.code, ())
        found = [self.fast[0].fill(values)]
        for options, after in zip(self.lists, self.fast[1:], strict=True):
            for code in given.order.get(self.code, tuple(options)):
                hole_of = given.holes.get((self.code, code))
                if hole_of is not None or code not in left_out:
                    found.append(options[code].fill({**values, "o": hole_of or ""}))
            found.append(after.fill(values))
        return "".join(found)
