"""QR codes: module by module what another program (qrcode 8, mask forced to ours) makes of the same text."""

import hashlib

import numpy as np
import pytest

from web import qr

LINK = "https://umfrage.example.org/s/aZ09_-"
# Bytes → version, and SHA-256 of the modules as qrcode 8.2 gives them with the same mask.
GOLDEN = {
    1: (1, "848f621f7ecfca7e"),
    14: (1, "76f58995f1595820"),
    36: (3, "72747afd970c4741"),
    42: (3, "0b485c8feacc4f15"),
    60: (4, "f7ec4127a0393cfa"),
    80: (5, "ec60a8fe502fb4f7"),
    100: (6, "48e0c397da30b742"),
    120: (7, "83bd6eb2fe7c5da7"),
    150: (8, "4eb9b23941c323f4"),
    178: (9, "b6a3f0868a4660d8"),
    213: (10, "d76c6a2520c328ae"),
}


def modules(text):
    return "\n".join("".join(map(str, line)) for line in qr.code(text))


@pytest.mark.parametrize("length", GOLDEN)
def test_codes_are_those_of_another_program(length):
    text = (LINK * 9)[:length]
    version, digest = GOLDEN[length]
    assert len(qr.code(text)) == 17 + 4 * version
    assert hashlib.sha256(modules(text).encode()).hexdigest()[:16] == digest


def test_a_path_draws_every_dark_module_inside_its_border():
    side, path = qr.svg_path(LINK)
    grid = qr.code(LINK)
    drawn = np.zeros((side, side), dtype=int)
    for part in path.split("M")[1:]:
        place, _, length = part.partition("h")
        column, row = map(int, place.split())
        drawn[row, column : column + int(length.split("v")[0])] = 1
    assert (drawn[qr.QUIET : -qr.QUIET, qr.QUIET : -qr.QUIET] == grid).all()
    assert drawn.sum() == grid.sum()


def test_what_does_not_fit_is_refused():
    assert len(qr.code("x" * 213)) == 57
    with pytest.raises(ValueError, match="214 bytes"):
        qr.code("x" * 214)
    with pytest.raises(ValueError, match="bytes"):
        qr.code("链" * 72)
