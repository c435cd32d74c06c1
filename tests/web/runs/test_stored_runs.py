"""A database that an older release filled: its finished runs stay, and its pages show what they showed.

tests/golden/stored/make.py tells how the database and what its pages showed came to be.
"""

import csv
import io
import json
import lzma
import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import URL

from csi_model.inference.figures import KEYS, PARTS, Figure
from surveys.analysing.runs import handed_out
from web.cli import manyi
from web.runs import queue
from web.runs.leaving import as_printed

STORED = Path(__file__).parents[2] / "golden" / "stored"
SHOWN = json.loads((STORED / "shown.json").read_text(encoding="utf-8"))
FIRST, SECOND, THIRD, LIVE = "DEMO-2026Q1", "DEMO-2026Q2", "DEMO-2026Q3", "DEMO-NOW"
RUNS = {FIRST: 5, SECOND: 6, THIRD: 7, LIVE: 8}  # the newest finished one of each wave

NUMBER = re.compile(r"[+−-]?\d+(?:\.\d+)?")
COARSE = 0.56  # half a point, and half of the tenth that was printed before

# What a page says of changes: looked at over more waves since, and corrected for all of them together.
OF_CHANGES = re.compile(
    r" (?:Since the first comparable wave|no clear change|not comparable|no earlier wave"
    r"|perhaps [+−-]\d+(?:\.\d)?|[▲▼] [+−-]\d+(?:\.\d)?"
    r"|(?:Up|Down|Perhaps|No clear|Not comparable|There is no earlier|Since)\b.*?\.(?= |$))"
    r"(?! of)"
)


@pytest.fixture(scope="session")
def older_file(tmp_path_factory) -> Path:
    """The older release's database, upgraded by the command that operators use."""
    path = tmp_path_factory.mktemp("stored") / "manyi.db"
    path.write_bytes(lzma.decompress((STORED / "stored.db.xz").read_bytes()))
    done = CliRunner().invoke(
        manyi,
        ["db", "upgrade"],
        env={"MANYI_INSTANCE": str(path.parent), "MANYI_DATABASE_URL": f"sqlite:///{path}"},
    )
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture(scope="session")
def followed_file(older_file) -> Path:
    """The same after the worker has started and stored what the older release computed when a page opened."""
    path = older_file.with_name("followed.db")
    path.write_bytes(older_file.read_bytes())
    queue.follow(URL.create("sqlite", database=str(path)))
    return path


@pytest.fixture
def site_url(older_file, tmp_path, request) -> URL:
    """A copy of the file, and of the followed one where a test names it."""
    is_followed = "followed_file" in request.fixturenames
    kept = request.getfixturevalue("followed_file") if is_followed else older_file
    (tmp_path / "manyi.db").write_bytes(kept.read_bytes())
    return URL.create("sqlite", database=str(tmp_path / "manyi.db"))


def finished_runs(path) -> list[dict]:
    """Give the rows of the older release's runs as they stand in the file, their documents as text."""
    with sqlite3.connect(path) as raw:
        raw.row_factory = sqlite3.Row
        return [dict(row) for row in raw.execute("SELECT * FROM analysis WHERE id <= 9 ORDER BY id")]


@pytest.fixture(scope="session")
def documents(older_file) -> dict[int, dict]:
    with sqlite3.connect(older_file) as raw:
        rows = raw.execute("SELECT id, result FROM analysis WHERE result IS NOT NULL").fetchall()
    return {ident: json.loads(result) for ident, result in rows}


def said(page) -> dict[str, str]:
    """Give the words of each section of a page, as `make.py` wrote them down."""
    return {
        part["aria-labelledby"]: " ".join(part.get_text(" ").split())
        for part in page.select("main section[aria-labelledby]")
    }


def test_upgrading_and_looking_changes_no_byte_of_a_finished_run(analyst, site_url, tmp_path):
    (tmp_path / "older.db").write_bytes(lzma.decompress((STORED / "stored.db.xz").read_bytes()))
    before = finished_runs(tmp_path / "older.db")
    assert len(before) == 9
    for path in SHOWN:
        analyst.client.get(path)
    for run in range(1, 10):
        analyst.browse(f"/runs/{run}")
    after = finished_runs(site_url.database)
    assert [{name: row[name] for name in before[0]} for row in after] == before
    later = after[0].keys() - before[0].keys()  # what newer releases keep of a run, and cannot know of these
    assert all(row[name] is None for row in after for name in later)


@pytest.mark.parametrize("path", [path for path in SHOWN if not path.endswith(".csv")])
@pytest.mark.usefixtures("followed_file")
def test_a_page_shows_what_it_showed(analyst, path):
    shown, wanted = said(analyst.browse(path)), dict(SHOWN[path])
    # The net promoter score has a panel of its own.
    if companions := shown.pop("companions", ""):
        wanted["loyalty"], _name, score = wanted["loyalty"].partition(" Net promoter")
        words, figures = apart(companions)
        wanted_words, wanted_figures = apart(f"Net promoter{score}")
        at = words.index(wanted_words)
        assert figures[words[:at].count("#") :][: len(wanted_figures)] == pytest.approx(
            wanted_figures, abs=COARSE
        )
    # What is said of changes counts how much is compared; the band alone does not.
    if "waves" in wanted:
        band = "index. Where bands hardly overlap, satisfaction has changed."
        wanted["waves"] = wanted["waves"].replace(band, "figure.")
    # The number of its questions is counted, no word of the page's.
    wanted = {name: each.replace("The three questions", "The 3 questions") for name, each in wanted.items()}
    # Groups of few answers are told by their form, too.
    wanted = {name: each.replace("Grey: fewer", "Grey and hollow: fewer") for name, each in wanted.items()}
    is_overview = path.startswith("/insight/?")
    assert ("moved" in shown) == (is_overview and FIRST not in path and bool(wanted))
    shown.pop("moved", None)
    if "constructs/SAT" in path and wanted:  # the older release showed it with the weights of each wave
        shown, wanted = ({"questions": each["questions"]} for each in (shown, wanted))
    assert list(shown) == list(wanted)
    for name, each in shown.items():
        (words, figures), (wanted_words, wanted_figures) = apart(still(each)), apart(still(wanted[name]))
        assert words == wanted_words
        assert figures == pytest.approx(wanted_figures, abs=COARSE), name


def apart(text: str) -> tuple[str, list[float]]:
    """Give a text without its numbers, and these: few people's are printed in whole points now."""
    return NUMBER.sub("#", text), [float(each.replace("−", "-")) for each in NUMBER.findall(text)]


def still(text: str) -> str:
    """Leave out what is said of changes."""
    while (less := OF_CHANGES.sub("", text)) != text:
        text = less
    return text


@pytest.mark.parametrize("wave", RUNS)
@pytest.mark.usefixtures("followed_file")
def test_a_download_gives_what_it_gave(analyst, wave):
    def rows(text):
        return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    path = f"/insight/{wave}/index.csv"
    response = analyst.client.get(path, headers={"Accept-Language": "en"})
    shown, wanted = rows(response.get_data(as_text=True)), rows(SHOWN[path])
    assert shown[0][7:11] == ["Change", "Change from", "Change to", "p, corrected"]
    # The first row is the index of the dashboard, with the weights of the first wave.
    headline = analyst.browse(f"/insight/?wave={wave}").select_one(".headline").get_text()
    assert shown[1][3] == headline.split("of 100")[0].split()[-1]
    # That construct has them too, and its dimensions the weights of its questions.
    pairs = [pair for pair in zip(shown[2:], wanted[2:], strict=True) if pair[0][1] != "SAT"]
    assert shown[0][:7] == wanted[0]
    assert len(pairs) > 70
    for now, before in pairs:
        assert now[:3] == before[:3]
        assert [float(each) for each in now[3:6]] == pytest.approx(list(map(float, before[3:6])), abs=COARSE)


@pytest.mark.parametrize(("wave", "run"), RUNS.items())
def test_figures_on_the_pages_are_those_of_the_stored_documents(analyst, documents, wave, run):
    document = documents[run]
    page = analyst.browse(f"/insight/?wave={wave}")
    rows = page.select("#topics ~ .chart-box tbody tr, #topics ~ figure tbody tr")
    shown = [[cell.get_text() for cell in row.select("td")] for row in rows]
    stored = [
        [f"{node['points']:.1f}", "{:.1f} – {:.1f}".format(*node["ci"])]
        for code, node in document["constructs"].items()
        if code != document["index"]["id"] and node["points"] is not None
    ]
    assert [len(row) for row in shown] == [len(row) for row in stored] == [2] * 8
    for now, before in zip(shown, stored, strict=True):
        assert apart(" ".join(now))[1] == pytest.approx(apart(" ".join(before))[1], abs=COARSE)
    for construct in ("IMG", "PQV"):
        node = document["constructs"][construct]
        headline = analyst.browse(f"/insight/{wave}/constructs/{construct}").select_one(".headline")
        assert float(headline.select_one(".score").get_text().split()[0]) == pytest.approx(
            node["points"], abs=COARSE
        )
        between = headline.get_text().partition("between ")[2]
        assert apart(between)[1][:2] == pytest.approx(node["ci"], abs=COARSE)


@pytest.mark.parametrize(("wave", "run"), RUNS.items())
def test_the_page_of_a_run_shows_its_stored_paths(analyst, documents, wave, run):
    page = analyst.browse(f"/runs/{run}")
    assert wave in page.h1.get_text()
    rows = page.select_one("#paths").parent.select("tbody tr")
    shown = {row.th.get_text(): row.td.get_text() for row in rows}
    assert shown == {
        f"{path['source']} → {path['target']}": f"{path['estimate']:.3f}" for path in documents[run]["paths"]
    }
    nodes = documents[run]["constructs"]
    points = [row.td.get_text() for row in page.select_one("#measurement").parent.select("tbody tr")]
    assert points == ["–" if each["points"] is None else f"{each['points']:.1f}" for each in nodes.values()]
    download = json.loads(analyst.client.get(f"/runs/{run}/result.json").data)["result"]
    assert download == as_printed(handed_out(documents[run])) != handed_out(documents[run])
    assert download["index"]["points"] == float(points[list(nodes).index(download["index"]["id"])])


def test_a_run_that_was_refused_still_says_why(analyst):
    assert "Interactions are estimated by PLS" in analyst.browse("/runs/9").get_text()


def cells_of(node, path=()):
    """Give every figure of a document with its path: a mapping with a number under a name of figures."""
    if isinstance(node, dict):
        key = next((each for each in KEYS if isinstance(node.get(each), int | float)), None)
        if key is not None and "ci" in node:
            yield path, key, node
        for name, each in node.items():
            yield from cells_of(each, (*path, name))
    elif isinstance(node, list):
        for place, each in enumerate(node):
            yield from cells_of(each, (*path, place))


@pytest.mark.parametrize("run", range(1, 9))
def test_every_stored_figure_is_read_as_it_stands_and_written_again(documents, run):
    found = list(cells_of(documents[run]))
    assert len(found) > 200
    assert {path[0] for path, _key, _node in found} > {"index", "constructs", "paths", "retention"}
    for path, key, node in found:
        read = Figure.read(node, key=key)
        again = read.plain(key)
        assert (again[key], again["ci"]) == (node[key], node["ci"]), path
        assert again["se"] == node.get("se"), path
        assert (None if np.isnan(read.p) else read.p.item()) == node.get("p"), path
        whole = Figure.read(read.plain(key, PARTS), key=key)
        assert all(
            np.array_equal(getattr(whole, name), getattr(read, name), equal_nan=True)
            for name in ("value", "se", "low", "high", "p", "n", "state")
        ), path


@pytest.mark.parametrize("run", range(1, 9))
@pytest.mark.parametrize("level", ["constructs", "dimensions", "total_effects"])
def test_a_level_of_a_stored_document_is_one_figure(documents, run, level):
    stored = documents[run][level]
    read = Figure.read(stored)
    assert read.value.shape == (len(stored),)
    for at, node in enumerate(stored.values() if isinstance(stored, dict) else stored):
        cell = next(node[key] for key in KEYS if key in node)
        assert (None if np.isnan(read.value[at]) else read.value[at]) == cell
