"""A link as a QR code (ISO/IEC 18004): bytes, error correction M, versions 1 to 10, up to 213 bytes."""

from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.int8]  # 1 dark, 0 light, -1 not set yet
FREE: Final = -1
QUIET: Final = 4  # modules of white around a code

# Version → codewords of correction in each block, and how many blocks of how many data codewords.
BLOCKS: Final[dict[int, tuple[int, tuple[int, ...]]]] = {
    1: (10, (16,)), 2: (16, (28,)), 3: (26, (44,)), 4: (18, (32,) * 2), 5: (24, (43,) * 2),
    6: (16, (27,) * 4), 7: (18, (31,) * 4), 8: (22, (38, 38, 39, 39)), 9: (22, (36,) * 3 + (37,) * 2),
    10: (26, (43,) * 4 + (44,)),
}  # fmt: skip
# What stands apart: centres of the alignment patterns, along both axes.
CENTRES: Final = {
    1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42),
    9: (6, 26, 46), 10: (6, 28, 50),
}  # fmt: skip
MASKS: Final[tuple[Callable[[Any, Any], Any], ...]] = (
    lambda r, c: (r + c) % 2, lambda r, _: r % 2, lambda _, c: c % 3, lambda r, c: (r + c) % 3,
    lambda r, c: (r // 2 + c // 3) % 2, lambda r, c: r * c % 2 + r * c % 3,
    lambda r, c: (r * c % 2 + r * c % 3) % 2, lambda r, c: ((r + c) % 2 + r * c % 3) % 2,
)  # fmt: skip


def svg_path(text: str) -> tuple[int, str]:
    """Give the side of a code with its white border, and the path of its dark modules.

    Raises
    ------
    ValueError
        The text has more than 213 bytes.
    """
    grid = code(text)
    runs = []
    for row, line in enumerate(grid):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line, [0]))))
        runs += [f"M{a + QUIET} {row + QUIET}h{b - a}v1h-{b - a}z" for a, b in edges.reshape(-1, 2)]
    return len(grid) + 2 * QUIET, "".join(runs)


def code(text: str) -> Grid:
    """Give the modules of the smallest code that holds a text."""
    data = text.encode()
    version = next((each for each in BLOCKS if len(data) <= sum(BLOCKS[each][1]) - 2 - each // 10), None)
    if version is None:
        raise ValueError(f"{len(data)} bytes do not fit a code of version 10")
    bits = _bits(data, version)
    fixed = _fixed(version)
    rows, columns = np.indices(fixed.shape)
    places = [(r, c) for r, c in _snake(len(fixed)) if fixed[r, c] == FREE]
    plain = fixed.copy()
    for (r, c), bit in zip(places, [*bits, *[0] * (len(places) - len(bits))], strict=True):
        plain[r, c] = bit
    made = []
    for number, mask in enumerate(MASKS):
        turned = np.where(fixed == FREE, plain ^ (mask(rows, columns) == 0), plain).astype(np.int8)
        _write_format(turned, number)
        made.append(turned)
    return min(made, key=_penalty)


def _bits(data: bytes, version: int) -> list[int]:
    """Give data and correction as they are written: a codeword of each block in turn."""
    n_correction, sizes = BLOCKS[version]
    whole = sum(sizes)
    head = f"0100{len(data):0{16 if version >= 10 else 8}b}" + "".join(f"{byte:08b}" for byte in data)
    head = (head + "0000")[: 8 * whole]
    head += "0" * (-len(head) % 8)
    words = [int(head[at : at + 8], 2) for at in range(0, len(head), 8)]
    words += [(0xEC, 0x11)[number % 2] for number in range(whole - len(words))]
    blocks, start = [], 0
    for size in sizes:
        blocks.append(words[start : start + size])
        start += size
    corrections = [_correction(block, n_correction) for block in blocks]
    turns = [block[at] for at in range(max(sizes)) for block in blocks if at < len(block)]
    turns += [each[at] for at in range(n_correction) for each in corrections]
    return [int(bit) for word in turns for bit in f"{word:08b}"]


def _times(a: int, b: int) -> int:
    """Multiply in the field of 256 elements by x⁸ + x⁴ + x³ + x² + 1."""
    found = 0
    while b:
        found ^= a if b & 1 else 0
        a = (a << 1) ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return found


def _correction(block: list[int], n: int) -> list[int]:
    """Give the Reed–Solomon remainder of a block."""
    divisor, root = [1], 1
    for _ in range(n):
        divisor = [a ^ _times(b, root) for a, b in zip([*divisor, 0], [0, *divisor], strict=True)]
        root = _times(root, 2)

    def step(rest: list[int], word: int) -> list[int]:
        factor = word ^ rest[0]
        return [a ^ _times(each, factor) for a, each in zip([*rest[1:], 0], divisor[1:], strict=True)]

    return reduce(step, block, [0] * n)


def _fixed(version: int) -> Grid:
    """Give what is the same for every text: finders, alignment, timing, and room for format and version."""
    side = 17 + 4 * version
    grid = np.full((side, side), FREE, dtype=np.int8)
    grid[6, :] = grid[:, 6] = 1 - np.arange(side) % 2
    for r, c in ((3, 3), (3, side - 4), (side - 4, 3)):
        _ring(grid, r, c, 4, (1, 1, 0, 1, 0))
    last = CENTRES[version][-1:]
    for r in CENTRES[version]:
        for c in CENTRES[version]:
            if (r, c) not in {(6, 6), (6, *last), (*last, 6)}:
                _ring(grid, r, c, 2, (1, 0, 1))
    grid[8, :9] = np.where(grid[8, :9] == FREE, 0, grid[8, :9])
    grid[:9, 8] = np.where(grid[:9, 8] == FREE, 0, grid[:9, 8])
    grid[8, -8:] = grid[-8:, 8] = 0
    grid[-8, 8] = 1
    if version >= 7:
        told = version << 12 | _remainder(version << 12, 0x1F25)
        for number in range(18):
            grid[number // 3, side - 11 + number % 3] = told >> number & 1
            grid[side - 11 + number % 3, number // 3] = told >> number & 1
    return grid


def _ring(grid: Grid, row: int, column: int, reach: int, colours: tuple[int, ...]) -> None:
    for r in range(max(row - reach, 0), min(row + reach + 1, len(grid))):
        for c in range(max(column - reach, 0), min(column + reach + 1, len(grid))):
            grid[r, c] = colours[max(abs(r - row), abs(c - column))]


def _remainder(value: int, divisor: int) -> int:
    while value.bit_length() >= divisor.bit_length():
        value ^= divisor << (value.bit_length() - divisor.bit_length())
    return value


def _write_format(grid: Grid, mask: int) -> None:
    """Write the level of correction (M is 00) and the mask, twice."""
    told = (mask << 10 | _remainder(mask << 10, 0x537)) ^ 0x5412
    bits = [told >> number & 1 for number in range(15)]
    first = [*((r, 8) for r in (0, 1, 2, 3, 4, 5, 7, 8)), *((8, c) for c in (7, 5, 4, 3, 2, 1, 0))]
    side = len(grid)
    second = [*((8, side - 1 - number) for number in range(8)), *((side - 7 + n, 8) for n in range(7))]
    for places in (first, second):
        for place, bit in zip(places, bits, strict=True):
            grid[place] = bit


def _snake(side: int) -> Iterator[tuple[int, int]]:
    """Give the modules in the order of writing: pairs of columns from the right, up and down in turn."""
    columns = [*range(side - 1, 6, -2), 5, 3, 1]
    for number, right in enumerate(columns):
        for row in range(side - 1, -1, -1) if number % 2 == 0 else range(side):
            yield from ((row, right), (row, right - 1))


def _penalty(grid: Grid) -> int:
    """Tell how hard a code is to read: runs, blocks, what looks like a finder, too much of one colour."""
    found = 0
    for line in (*grid, *grid.T):
        edges = np.flatnonzero(np.diff(line)) + 1
        runs = np.diff(np.concatenate(([0], edges, [len(line)])))
        found += int((runs[runs >= 5] - 2).sum())
        text = "".join(map(str, line))
        for look in ("10111010000", "00001011101"):
            found += 40 * sum(text.startswith(look, at) for at in range(len(text)))
    square = grid[:-1, :-1] + grid[1:, :-1] + grid[:-1, 1:] + grid[1:, 1:]
    found += 3 * int(np.isin(square, (0, 4)).sum())
    return found + 10 * int(abs(grid.mean() * 100 - 50) // 5)
