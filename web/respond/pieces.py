"""Text cut once into what stands fast and holes that are filled for each request."""

import re
from collections.abc import Collection, Mapping

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

    def fill(self, values: Mapping[str, str]) -> str:
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
