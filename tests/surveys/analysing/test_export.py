"""A wave as a file: what stands in which column, and the book that explains it."""

import numpy as np

from surveys.analysing.export import as_text, wave_table
from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, SKIPPED
from surveys.collecting import bulk
from surveys.document import loading
from tests.surveys.every_type import DOCUMENT
from tests.surveys.worlds import NOW, make_wave, published_unchecked


def stored_wave(session):
    version = published_unchecked(session, loading.load(DOCUMENT, published=True))
    wave = make_wave(session, version)
    answers = {
        "ONE": [1, 0],
        "MANY.x": [1, SKIPPED],
        "MANY.y": [0, SKIPPED],
        "RANK.1": [0, 1],
        "G1": [7, DONT_KNOW],
        "G2": [NOT_APPLICABLE, 10],
        "NUM": [99, NOT_ASKED],
    }
    bulk.store_complete(session, wave, answers, completed_at=NOW, language="en")
    return wave


def test_each_response_is_a_row_of_text(session):
    table = wave_table(session, stored_wave(session))
    cells = [dict(zip(table.header, row, strict=True)) for row in table.rows()]
    by_choice = {each["ONE"]: each for each in cells}
    yes, no = by_choice["1"], by_choice["0"]
    assert (yes["G1"], yes["G2"], yes["NUM"]) == ("7", "98", "99")
    assert (no["G1"], no["G2"], no["NUM"]) == ("99", "10", "")
    assert (yes["MANY.x"], no["MANY.x"], no["RANK.2"]) == ("1", "", "")


def test_the_book_says_what_columns_and_values_mean(session):
    table = wave_table(session, stored_wave(session))
    head, *book = table.codebook(("en", "zh"))
    assert head == ["code", "value", "en", "zh"]
    said = {(code, value): (english, chinese) for code, value, english, chinese in book}
    assert said["G2", ""] == ("grid – second row", "grid 中 – second row 中")
    assert said["G2", "1"] == ("low", "low 中")
    assert said["G2", "98"] == ("Not applicable", "未经历/不适用")
    assert said["ONE", "0"] == ("No", "No 中")
    assert said["MANY.y", ""] == ("many – y", "many 中 – y 中")
    assert said["RANK.2", ""] == ("rank – Place 2", "rank 中 – 第2位")
    assert said["KANO.without", ""] == ("with – without", "with 中 – without 中")
    assert ("NUM", "98") not in said
    assert {code for code, _ in said} == {column.code for column in table.columns}


def test_what_no_file_can_tell_apart_is_written_empty():
    answers = np.array([[98, DONT_KNOW], [DONT_KNOW, NOT_APPLICABLE], [99, 98]], dtype=np.int16)
    first, second = as_text(answers, np.array([False, True])).T.tolist()
    assert first == ["98", "", "99"]
    assert second == ["99", "98", "98"]
