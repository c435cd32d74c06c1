"""QR codes of links: the library's modules, inside their white border."""

import numpy as np
import pytest
import segno

from web import qr

LINK = "https://survey.example.com/s/AbCdEfGhIjKlMnOp"


def test_a_path_draws_every_dark_module_inside_its_border():
    side, path = qr.svg_path(LINK)
    wanted = np.array(segno.make_qr(LINK, error="m").matrix)
    drawn = np.zeros((side, side), dtype=int)
    for part in path.split("M")[1:]:
        column, row = map(int, part.partition("h")[0].split())
        drawn[row, column] = 1
    inside = slice(qr.QUIET, -qr.QUIET)
    assert (drawn[inside, inside] == wanted).all()
    assert drawn.sum() == wanted.sum()


def test_what_does_not_fit_is_refused():
    assert qr.svg_path("x" * 500)[0] > qr.svg_path(LINK)[0]
    with pytest.raises(ValueError, match="3000 signs"):
        qr.svg_path("x" * 3000)
