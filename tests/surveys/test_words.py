"""The sentences of every language: complete, with the same holes, said in the language that is asked for."""

import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from surveys import words
from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.reading import parse
from surveys.logic.writing import to_sentence

FOLDER = Path(__file__).parents[2] / "web" / "translations"
LANGUAGES = sorted(file.parent.name for file in FOLDER.glob("*/words.json"))


class ByCode:
    """Calls everything by its code."""

    def answer(self, name: str) -> str:
        return name

    def option(self, name: str, code: str) -> str:  # noqa: ARG002
        return code


@pytest.fixture
def speaking() -> Iterator[None]:
    """Let a test change the languages, and bring back the program's own."""
    yield
    words.use(FOLDER)


def sentences(language: str) -> dict[tuple[str, str], str]:
    plain = json.loads((FOLDER / language / "words.json").read_text(encoding="utf-8"))
    return {
        (part, key): sentence
        for part, kept in plain.items()
        if isinstance(kept, dict)
        for key, sentence in kept.items()
    }


def holes(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_holes(language):
    said, english = sentences(language), sentences("en")
    assert {key for part, key in said if part == "problems"} == {problem.name for problem in Problem}
    assert {key for part, key in said if part == "reasons"} == {reason.name for reason in Reason}
    assert {place for place in english if place not in said} == set()
    for place, sentence in english.items():
        assert sentence, place
        assert holes(said[place]) == holes(sentence), place


def test_a_refusal_and_its_reason_are_told_in_one_language():
    with pytest.raises(SurveyError, match="only ==, !=") as refusal:
        parse("Q1 is 3")
    assert refusal.value.problem is Problem.LOGIC_UNREADABLE
    assert (
        refusal.value.text("zh") == "条件“Q1 is 3”无法解析：只能用 ==、!=、<、<=、>、>=、in 和 not in 比较。"
    )


def test_a_language_without_a_sentence_falls_back_to_english(tmp_path, speaking):
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "words.json").write_text(
        json.dumps({"name": "Xx", "tag": "xx", "locale": "en", "conditions": {"and": " & "}}),
        encoding="utf-8",
    )
    found = words.use(FOLDER, tmp_path)
    assert list(found)[-1] == "en"
    assert found["xx"].name == "Xx"
    assert to_sentence(parse("A == 1 and B > 2"), "xx", ByCode()) == "A is 1 & B is above 2"
    assert Problem.ANSWER_ONCE.text("xx") == Problem.ANSWER_ONCE.text("en")


def test_a_language_speaks_the_sentences_of_all_its_folders(tmp_path, speaking):
    (tmp_path / "zh").mkdir()
    own = {"problems": {"own": "{n} 过多。", "ANSWER_ONCE": "只选一次。"}}
    (tmp_path / "zh" / "words.json").write_text(json.dumps(own), encoding="utf-8")
    found = words.use(FOLDER, tmp_path)
    assert (found["zh"].name, found["zh"].locale) == ("中文", "zh_Hans_CN")
    assert words.say("problems", "own", "zh", n=3) == "3 过多。"
    assert Problem.ANSWER_ONCE.text("zh") == "只选一次。"
    assert Problem.ANSWER_DATE.text("zh") != Problem.ANSWER_DATE.text("en")


@pytest.mark.parametrize(
    "written", ["[]", '"zh"', '{"problems": "own"}', '{"problems": ["own"]}', "null", "{"]
)
def test_words_that_are_no_sentences_are_refused(tmp_path, speaking, written):
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "words.json").write_text(written, encoding="utf-8")
    with pytest.raises(ValueError, match=r"zh.words\.json cannot be read"):
        words.use(FOLDER, tmp_path)


def test_without_words_the_code_and_its_subject_stand_alone(speaking):
    words.use()
    error = SurveyError(Problem.TEXT_LONG, limit=Because(Reason.TOP))
    assert str(error) == "TEXT_LONG (limit=TOP)"


def test_a_language_that_lacks_its_name_is_refused(tmp_path, speaking):
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx" / "words.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"xx.words\.json.*name"):
        words.use(tmp_path)
