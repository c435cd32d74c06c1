"""Texts that no database takes are refused when the document is read, wherever they stand."""

import copy
import json

import pytest

from surveys.document import loading
from surveys.errors import SurveyError
from tests.surveys.worlds import document


@pytest.mark.parametrize("sign", ["\x00", "\ud800"])
@pytest.mark.parametrize("place", ["title", "quality", "key"])
def test_a_sign_that_cannot_be_stored_is_refused(sign, place):
    plain = copy.deepcopy(document())
    if place == "title":
        plain["title"]["en"] = f"Supply{sign}survey"
    elif place == "quality":
        plain["quality"] = {"rules": [[f"a{sign}"]]}
    else:
        plain["title"][f"e{sign}"] = "Supply"
    for source in (plain, json.dumps(plain)):
        with pytest.raises(SurveyError) as refused:
            loading.load(source)
        assert refused.value.code == "DOCUMENT_UNREADABLE"
        for language in ("en", "zh"):
            assert refused.value.text(language)


def test_whole_characters_are_no_halves():
    plain = copy.deepcopy(document())
    plain["title"]["en"] = "Supply 😀"
    assert loading.load(json.dumps(plain)).title["en"] == "Supply 😀"
