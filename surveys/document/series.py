"""What tells whether the answers to a rated question of two versions are one series."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from unicodedata import normalize

from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import in_language
from surveys.questions.parts import Text

# Between the texts of one wording: of the question, around it, and of its scale.
BETWEEN: Final = " | "
BLANKS_AND_SIGNS: Final = re.compile(r"[\W_]+")


class Wording(NamedTuple):
    """Everything a respondent read of one rated question, by language, and the ends of its scale.

    `lineage` is what its version says of its series; versions of the first format say nothing.
    """

    texts: Mapping[str, str]
    scale: tuple[float, float]
    lineage: int | None = None

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
            yield rated.code, Wording(_read(document.languages, rated.texts), (low, high), lineage)


def _read(languages: Sequence[str], parts: Sequence[Text]) -> dict[str, str]:
    """Join the texts of each language; spaces do not matter, nor whether signs are of full or half width."""
    return {
        language: BETWEEN.join(
            " ".join(normalize("NFKC", in_language(part, language)).split()) for part in parts
        )
        for language in languages
    }


def _bare(text: str) -> str:
    return BLANKS_AND_SIGNS.sub("", text)
