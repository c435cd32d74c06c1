import pytest

from web import readers

DIGITS_OF_FULL_WIDTH = "\uff11\uff12"
NO_NUMBERS = [
    "", " ", "abc", "-1", "+1", "1e3", "1.5", "1_000", "1,000", "12\n", " 12 ", "\x00", "1\x002", "²", "0x10",
    DIGITS_OF_FULL_WIDTH, "٣", "9" * 10, "9" * 19, "9" * 400, "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_whole_number_is_none(text):
    assert readers.number(text) is None


@pytest.mark.parametrize(("text", "read"), [("0", 0), ("007", 7), ("12", 12), ("9" * 9, 999_999_999)])
def test_plain_digits_are_a_whole_number(text, read):
    assert readers.number(text) == read


@pytest.mark.parametrize(("text", "read"), [("9", None), ("10", 10), ("20", 20), ("21", None), ("0", None)])
def test_both_ends_belong_to_what_is_read(text, read):
    assert readers.number(text, 10, 20) == read


@pytest.mark.parametrize("text", ["", "abc", DIGITS_OF_FULL_WIDTH, "9" * 400, "\x00", "0", "65536"])
def test_a_setting_that_is_no_number_says_what_to_write(text):
    with pytest.raises(ValueError, match="write a whole number from 1 to 65535"):
        readers.whole(1, 65535)(text)


def test_blanks_around_a_setting_do_not_count():
    assert readers.whole(1, 65535)(" 8000 ") == 8000
