"""What tells whether the answers to a rated question of two versions are one series."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import in_language

# Between the texts of one wording: of the question, around it, and of its scale.
BETWEEN: Final = " | "
BLANKS_AND_SIGNS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Wording:
    """Everything a respondent read of one rated question, by language, and the ends of its scale.

    `lineage` is what its version says of its series; versions of the first format say nothing. `written` are
    the texts with the signs of the author, for people to read; nothing is compared by them.
    """

    texts: Mapping[str, str]
    scale: tuple[float, float]
    lineage: int | None = None
    written: Mapping[str, str] = field(default_factory=dict, compare=False)

    def continues(self, earlier: "Wording", languages: Iterable[str]) -> bool:
        """Tell whether it is of one series with an earlier one: by what both say, else by their texts."""
        if self.lineage is not None and earlier.lineage is not None:
            return (self.lineage, self.scale) == (earlier.lineage, earlier.scale)
        return self.reads_as(earlier, languages)

    def reads_as(self, earlier: "Wording", languages: Iterable[str]) -> bool:
        """Tell whether respondents read the same in all of these languages."""
        return all(self.texts.get(each, "") == earlier.texts.get(each, "") for each in languages)

    def leaves_open(self, earlier: "Wording", languages: Iterable[str]) -> bool:
        """Tell whether only people can say if it goes on with an earlier one: it is read otherwise.

        Another scale never goes on, and versions of the first format are held to their texts.
        """
        says = None not in (self.lineage, earlier.lineage)
        return says and self.scale == earlier.scale and not self.reads_as(earlier, languages)

    def is_nearly(self, earlier: "Wording", languages: Iterable[str]) -> bool:
        """Tell whether in all of these languages it differs by blanks and punctuation at most."""
        return all(
            _bare(self.texts.get(each, "")) == _bare(earlier.texts.get(each, "")) for each in languages
        )


def wordings_of(document: Questionnaire) -> dict[str, Wording]:
    """Read what a document asks, by question code."""
    return dict(_wordings(document))


def _wordings(document: Questionnaire) -> Iterator[tuple[str, Wording]]:
    for question in document.questions():
        for rated in question.rated(document.scales):
            low, high = map(float, rated.ends)
            lineage = None if document.is_first_format else rated.lineage
            read, written = {}, {}
            for each in document.languages:
                parts = tuple(in_language(part, each) for part in rated.texts)
                read[each], written[each] = _forms(parts)
            yield rated.code, Wording(read, (low, high), lineage, written)


@lru_cache(maxsize=8192)  # a draft is compared after every change, and most texts are those of before
def _forms(parts: tuple[str, ...]) -> tuple[str, str]:
    """Give the texts of one language as they are compared, and as they are written."""
    return _joined(normalize("NFKC", part) for part in parts), _joined(parts)


def _joined(parts: Iterable[str]) -> str:
    """Join the texts of one language; spaces do not matter, and for comparing not the width of signs."""
    return BETWEEN.join(" ".join(part.split()) for part in parts)


def _bare(text: str) -> str:
    return BLANKS_AND_SIGNS.sub("", text)
