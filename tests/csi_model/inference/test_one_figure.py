"""One form of a figure: cells by name, rows, plain values, and every shape that documents were stored in."""

import ast
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csi_model
from csi_model.errors import DataError
from csi_model.inference.figures import FAILED, KEYS, SHOWN, Figure, figure
from csi_model.inference.making import from_draws, from_normal, share_interval
from csi_model.inference.plain import number, plain

PARTS = ("value", "se", "low", "high", "p", "n", "state")
finite = st.floats(-1e6, 1e6)
names = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=5).filter(
    lambda name: name not in KEYS
)


@st.composite
def cells(draw, key):
    value = draw(st.none() | finite)
    if value is None:
        return {key: None, "se": None, "ci": None}
    ends = draw(st.none() | st.tuples(finite, finite).map(sorted))
    return {key: value, "se": draw(st.none() | finite.map(abs)), "ci": ends}


def documents(key):
    one = cells(key)
    return st.one_of(
        one,
        st.dictionaries(names, one, min_size=1, max_size=4),
        st.lists(one, min_size=1, max_size=4),
        st.lists(names, min_size=2, max_size=2, unique=True).flatmap(
            lambda inner: st.dictionaries(
                names, st.fixed_dictionaries(dict.fromkeys(inner, one)), min_size=1, max_size=3
            )
        ),
        st.dictionaries(names, st.lists(one, min_size=2, max_size=2), min_size=1, max_size=3),
        st.lists(st.fixed_dictionaries({"A": one, "B": one}), min_size=1, max_size=3),
    )


@pytest.mark.parametrize("key", KEYS)
def test_what_was_stored_is_read_and_written_again_the_same(key):
    @settings(deadline=None)
    @given(documents(key))
    def check(stored):
        stored = json.loads(json.dumps(stored))
        assert Figure.read(stored).plain(key) == stored

    check()


@settings(deadline=None)
@given(st.dictionaries(names, cells("points"), min_size=1, max_size=4))
def test_a_cell_by_name_is_the_entry_of_that_name(stored):
    found = Figure.read(stored, level=0.9, n=40)
    assert found.axes == (tuple(stored),)
    for name, entry in stored.items():
        one = found.at(name)
        assert one.plain("points") == entry
        assert (one.level, one.n.item(), one.axes) == (0.9, 40, ())
        assert one.state == (FAILED if entry["points"] is None else SHOWN)


def test_the_documents_constructs_are_read_with_all_that_stands_beside():
    stored = {
        "SAT": {"points": 71.5, "se": 0.8, "ci": [70.0, 73.0], "r_squared": 0.6, "r_squared_ci": [0.5, 0.7]}
        | {"rho_a": 0.9, "name": {"en": "Satisfaction"}, "valence": 1},
        "INT": {"points": None, "r_squared": None, "rho_a": None, "name": {"en": "Interaction"}},
    }
    points = Figure.read(stored)
    assert points.at("SAT").plain("points") == {"points": 71.5, "se": 0.8, "ci": [70.0, 73.0]}
    assert points.at("INT").state == FAILED
    explained = Figure.read(stored, key="r_squared")
    assert (explained.at("SAT").low, explained.at("SAT").high) == (0.5, 0.7)
    assert np.isnan(explained.at("SAT").se)  # the error that stands there is that of the points
    assert np.isnan(Figure.read(stored, key="rho_a").low).all()


def test_paths_effects_and_companions_of_stored_runs_are_read():
    paths = [{"source": "A", "target": "B", "estimate": 0.4, "se": 0.1, "ci": [0.2, 0.6], "p": 0.01, "f2": 1}]
    path = Figure.read(paths).at(0)
    assert (path.value, path.se, path.low, path.high, path.p) == (0.4, 0.1, 0.2, 0.6, 0.01)
    effects = [{"source": "A", "standardised": 0.5, "points_per_point": 0.3, "se": 0.1, "ci": [0.1, 0.5]}]
    assert Figure.read(effects).plain("points_per_point")[0]["ci"] == [0.1, 0.5]
    segments = {"loyal": {"value": 0.4, "ci": [0.3, 0.5]}, "hostage": {"value": None, "ci": None}}
    assert Figure.read(segments).plain(parts=("ci",)) == segments
    assert Figure.read(None).plain() == {"value": None, "se": None, "ci": None}


@pytest.mark.parametrize("none", [{"ci": None}, {"ci": [None, None]}, {}])
def test_an_interval_that_does_not_exist_is_read_in_all_its_old_shapes_and_written_in_one(none):
    read = Figure.read({"value": 1.0} | none)
    assert (np.isnan(read.low), np.isnan(read.high), read.span()) == (True, True, "")
    assert read.plain() == {"value": 1.0, "se": None, "ci": None}


def test_an_interval_with_one_end_is_kept():
    stored = {"value": None, "se": None, "ci": [12.5, None]}
    assert Figure.read(stored).plain() == stored
    assert Figure.read(stored).span("{:.0f} %") == "[12 %, –]"


def test_parts_bear_the_name_of_their_figure_where_others_stand_beside():
    found = figure(0.4, 0.1, 0.2, 0.6, 0.01, n=50)
    told = {"gain": 0.4, "gain_ci": [0.2, 0.6], "gain_p": 0.01}
    assert found.plain("gain", ("ci", "p"), named=True) == told
    assert Figure.read(told, key="gain").span("{:.1f}", "{} to {}") == "0.2 to 0.6"


def test_no_interval_of_a_document_is_made_by_hand():
    """A key of ends in a mapping that is written out has a figure's own plain value, or nothing."""
    root = Path(csi_model.__file__).parents[1]
    files = [path for room in ("csi_model", "web") for path in (root / room).rglob("*.py")]
    by_hand = [
        f"{path.relative_to(root)}:{key.lineno}"
        for path in files
        if "node_modules" not in path.parts and path.name != "figures.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and str(key.value).split("_")[-1] in {"ci", "interval"}
        if "plain(" not in ast.unparse(value) and isinstance(value, ast.List | ast.Tuple | ast.IfExp)
    ]
    assert len(files) > 250
    assert by_hand == []


def test_what_is_no_figure_is_refused_and_what_is_not_there_is_no_name():
    with pytest.raises(DataError, match="No figure points"):
        Figure.read({"SAT": {"mean": 3.0}}, key="points")
    with pytest.raises(DataError, match="several shapes"):
        Figure.read([{"value": 1.0}, [{"value": 1.0}]])
    with pytest.raises(KeyError):
        Figure.read({"SAT": {"value": 1.0}}).at("QUAL")


def test_entries_that_name_the_same_in_another_order_are_one_axis():
    early, late = {"A": {"value": 1.0}, "B": {"value": 2.0}}, {"B": {"value": 4.0}, "A": {"value": 3.0}}
    stored = {"2024": early, "2025": late}
    assert Figure.read(stored).value.tolist() == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(DataError, match="several shapes"):
        Figure.read({"2024": {"A": {"value": 1.0}}, "2025": {"B": {"value": 2.0}}})


def test_a_cell_is_found_by_the_names_of_both_axes():
    found = figure(np.array([[1.0, np.nan]]), 0.5, axes=(("north",), ("2024", "2025")))
    first, second = found.at("north", "2024"), found.at("north", "2025")
    assert (first.value, first.se) == (1.0, 0.5)
    assert (first.state, second.state) == (SHOWN, FAILED)
    assert found.plain()["north"]["2025"] == {"value": None, "se": None, "ci": None}


@settings(deadline=None)
@given(st.lists(st.sampled_from([0.0, 1.0]) | st.floats(0.001, 0.999), min_size=1, max_size=5))
def test_every_maker_gives_arrays_of_one_shape_and_its_level(shares):
    value = np.array(shares)
    draws = np.random.default_rng(1).normal(size=(50, 1)) + value
    made = (
        from_normal(value, 0.1, level=0.9),
        from_draws(value, draws, level=0.9),
        share_interval(value, np.full(value.shape, 0.1), 30, level=0.9),
    )
    for found in made:
        assert {getattr(found, part).shape for part in PARTS} == {value.shape}
        assert found.level == 0.9
        assert (found.low <= found.high).all()
        assert found.state.dtype == np.int8


def test_plain_values_are_json():
    given_ = {1: np.nan, "b": np.array([[1.0, np.inf]]), "c": (np.int64(2), np.True_, None, "x")}
    assert plain(given_) == {"1": None, "b": [[1.0, None]], "c": [2, True, None, "x"]}
    json.dumps(plain(given_), allow_nan=False)
    assert number(float("-inf")) is None
    assert number(np.float32(0.5)) == 0.5
