"""Random order and lots, all from the seed of a response: who comes back sees what they saw before."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import accumulate


def ordered(seed: int, parent: str, codes: Sequence[str], fixed: Collection[str] = ()) -> list[str]:
    """Give codes in the order of SHA-256 of `seed:PARENT:CODE`; `fixed` ones keep their places.

    Parameters
    ----------
    parent
        The question whose rows or options these are, or the name of sections that change places.
    """
    moving = iter(
        sorted((code for code in codes if code not in fixed), key=lambda code: _digest(seed, parent, code))
    )
    return [code if code in fixed else next(moving) for code in codes]


def drawn(seed: int, code: str, shares: Iterable[tuple[int, int]]) -> int:
    """Draw a value for a lot: the first 4 bytes of SHA-256 of `seed:CODE` over 2³² against the shares.

    Parameters
    ----------
    shares
        Each value with its share, a whole number.
    """
    values, weights = zip(*shares, strict=True)
    place = int.from_bytes(_digest(seed, code)[:4], "big") * sum(weights) >> 32
    return int(next(value for value, end in zip(values, accumulate(weights), strict=True) if place < end))


def _digest(*parts: object) -> bytes:
    return hashlib.sha256(":".join(map(str, parts)).encode()).digest()
