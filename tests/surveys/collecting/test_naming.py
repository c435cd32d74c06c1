"""Offices are found by their names as people write them, and no other is taken for one."""

import pytest

from surveys.collecting.naming import meant

UNITS = [
    ("D1", {"zh": "城中区供电公司", "en": "Central district"}),
    ("D1-01", {"zh": "城中区第01供电所", "en": "Central office 01"}),
    ("D1-02", {"zh": "城中区第02供电所", "en": "Central office 02"}),
    ("D2-01", {"zh": "河口镇供电所", "en": "Hekou office"}),
    ("D3-01", {"zh": "河口县供电所", "en": "Hekou county office"}),
]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("城中区第01供电所", "D1-01"), ("城中区第 01 供电所", "D1-01"), ("城中第01供电所", "D1-01"),
        ("城中区第０１所", "D1-01"),
        ("城中区第01", "D1-01"), ("Central office 01", "D1-01"), (" central  OFFICE 01. ", "D1-01"),
        ("城中供电公司", "D1"), ("城中", "D1"), ("河口镇供电所", "D2-01"), ("河口县", "D3-01"),
        ("河口供电所", None),  # two of them: staff decide
        ("供电所", None), ("office", None), ("第03供电所", None), ("", None), ("。", None),
        ("x" * 10_000, None),
    ],
)  # fmt: skip
def test_an_office_is_found_by_its_name(typed, code):
    assert meant(typed, UNITS) == code
