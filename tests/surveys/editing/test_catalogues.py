"""A PO file costs what it holds, not what its head asks for or what it repeats."""

import time
import tracemalloc

import pytest

from surveys.editing import catalogues
from surveys.errors import SurveyError

HEAD = 'msgid ""\nmsgstr ""\n'
TEXT = 'msgctxt "A"\nmsgid "a"\nmsgstr "x"\n'


def head(*lines):
    return HEAD + "".join(f'"{line}\\n"\n' for line in lines) + "\n"


def read(text):
    return [(entry.source, entry.said) for entry in catalogues.read(text.encode(), "en")]


def test_many_plural_forms_take_no_memory():
    bomb = (
        head("Plural-Forms: nplurals=3000000; plural=0")
        + 'msgid "b"\nmsgid_plural "c"\nmsgstr[0] "x"\n\n'
        + TEXT
    )
    tracemalloc.start()
    try:
        assert read(bomb) == [("a", "x")]
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        head("Content-Type: " + "a;" * 150_000) + TEXT,
        "".join(f"#: a:{number}\n{TEXT}\n" for number in range(6_000)),
        "".join(f"#. {number}\n{TEXT}\n" for number in range(6_000)),
    ],
    ids=["a media type of many parts", "places again and again", "comments again and again"],
)
def test_what_a_file_repeats_costs_once_each(text):
    began = time.process_time()
    assert read(text) == [("a", "x")]
    assert time.process_time() - began < 1.2  # before: 2 to 5 seconds, and hours for four megabytes


def test_the_head_still_says_the_language():
    assert read(head("Language: en", "PO-Revision-Date: 99999-99-99 99:99") + TEXT) == [("a", "x")]
    for language in ("de", "../../etc", "a_" * 100_000):
        with pytest.raises(SurveyError) as refusal:
            read(head(f"Language: {language}") + TEXT)
        assert len(refusal.value.text("en")) < 600
