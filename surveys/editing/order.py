"""Places of siblings as text: between two of them there is always room for one more."""

from typing import Final

DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LAST: Final = len(DIGITS) - 1


def between(low: str, high: str) -> str:
    """Give a key after `low` and before `high`; an empty one is an open end. None ends in the digit 0."""
    if not high:
        return _after(low)
    same = 0
    while same < len(high) and (low[same : same + 1] or "0") == high[same]:
        same += 1
    if same:
        return high[:same] + between(low[same:], high[same:])
    first, last = DIGITS.index(low[0]) if low else 0, DIGITS.index(high[0])
    if last - first > 1:
        return DIGITS[(first + last) // 2]
    return high[0] if len(high) > 1 else DIGITS[first] + _after(low[1:])


def _after(low: str) -> str:
    """Step on by one digit, so that a list to which things are added one by one keeps short keys."""
    if not low:
        return DIGITS[LAST // 2]
    first = DIGITS.index(low[0])
    return DIGITS[first + 1] if first < LAST else low[0] + _after(low[1:])


def spread(low: str, high: str, n: int) -> list[str]:
    """Give n keys in order between two others, all about equally short."""
    if n <= 0:
        return []
    if not high and not low:
        width = 2 if n < LAST * LAST // 2 else 3
        step = len(DIGITS) ** width // (n + 1)
        return [_written(step * (number + 1), width) for number in range(n)]
    middle = between(low, high)
    return [*spread(low, middle, n // 2), middle, *spread(middle, high, n - 1 - n // 2)]


def _written(number: int, width: int) -> str:
    text = ""
    for _ in range(width):
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return text.rstrip("0")
