"""One wave, one figure to the last digit: commands, stored runs, pages, charts and downloads."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from surveys.models import Analysis
from tests.cli.test_estimate_files import sheets
from tests.web.demo_site import FIRST, SECOND, demo_file, site_url  # noqa: F401
from web.cli import manyi
from web.insight import results

SEED, RESAMPLES = "3", "500"  # of the demo's runs
WAVES = (FIRST, SECOND)
# What `web.runs.compute` adds to the document of a run, or the command to its own.
BESIDE = {"groups", "companions", "quality", "notes", "roles", "items", "expectations", "retention",
          "priorities", "tree", "level"}  # fmt: skip


def command(*words: object) -> str:
    done = CliRunner().invoke(manyi, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture(scope="module")
def files(demo_file, tmp_path_factory):  # noqa: F811
    """Answers of both waves as a user takes them out, each alone and together with a column of the wave."""
    folder = tmp_path_factory.mktemp("files")
    rows: list[dict[str, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MANYI_DATABASE_URL", f"sqlite:///{demo_file}")
        patch.setenv("MANYI_INSTANCE", str(folder))
        for wave in WAVES:
            command(
                "responses", "export", wave, "-o", folder / f"{wave}.csv", "--model", folder / "model.yaml"
            )
            with (folder / f"{wave}.csv").open(encoding="utf-8-sig", newline="") as file:
                rows += [row | {"wave": wave} for row in csv.DictReader(file)]
    with (folder / "both.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


@pytest.fixture(scope="module")
def told(files):
    """What a command writes of a file of answers, by the demo's resamples and seed."""
    kept: dict[tuple[object, ...], dict] = {}

    def tell(name: str, of: str, *words: object) -> dict:
        key = (name, of, *words)
        if key not in kept:
            how = ("--model", files / "model.yaml", "--bootstrap", RESAMPLES, "--seed", SEED, "--json", "-")
            kept[key] = json.loads(command(name, files / f"{of}.csv", *words, *how))
        return kept[key]

    return tell


@pytest.fixture
def runs(session):
    """The stored results of the waves' finished runs."""
    found = session.scalars(select(Analysis).where(Analysis.result.is_not(None)).order_by(Analysis.id)).all()
    return {run.wave_codes[0]: run for run in found if len(run.wave_codes) == 1}


@pytest.mark.parametrize("wave", WAVES)
def test_the_command_on_a_waves_export_gives_its_stored_run(told, runs, wave):
    stored, written = runs[wave].result, told("estimate", wave)
    shared = set(stored) & set(written) - BESIDE
    assert {"index", "constructs", "dimensions", "indicators", "paths", "total_effects", "fit"} <= shared
    for name in sorted(shared - {"cautions"}):
        assert stored[name] == written[name], name


def test_groups_of_the_command_are_those_of_the_run(told, runs):
    stored = runs[SECOND].result["groups"]
    groups = told("estimate", SECOND, "--group", "customer_class")["groups"]
    shown = {name: each for name, each in groups.items() if each is not None}
    assert len(shown) >= 1
    for name, each in shown.items():
        for level in ("index", "constructs", "dimensions", "indicators", "n_used"):
            assert stored[f"customer_class:{name}"][level] == each[level], (name, level)


def test_priorities_are_the_run_s_effects(told, runs):
    stored, ranked = runs[SECOND].result, told("priorities", SECOND)
    rows = {row["id"]: row for row in ranked["levels"]["constructs"]}
    target = stored["index"]["id"]
    effects = {
        row["source"]: row["points_per_point"] for row in stored["total_effects"] if row["target"] == target
    }
    assert rows
    for name, row in rows.items():
        assert row["importance"] == effects[name]
        assert row["performance"] == stored["constructs"][name]["points"]
    dimensions = {row["id"]: row for row in ranked["levels"]["dimensions"]}
    for each in stored["priorities"]:
        own = dimensions[each["dimension"]]
        assert (own["importance"], own["performance"]) == (each["importance"], each["points"])


def test_the_series_is_that_of_the_commands(told, session):
    series = results.series_of(session, wave_code=SECOND, is_official=False).up_to(SECOND)
    followed = told("trend", "both", "--wave", "wave", "--base", FIRST)
    compared = told("compare", "both", "--by", "wave", "--group-weights", "own", "--permutations", "0")
    [pair] = compared["pairs"]
    sides = dict(zip(pair["groups"], (pair["index"]["first"], pair["index"]["second"]), strict=True))
    base, own = series.index(""), series.re_estimated("")
    for at, line in enumerate(followed["waves"]):
        assert line["re_estimated"]["value"] == own.value[at] == sides[line["wave"]]
        assert line["official"]["value"] == base.value[at]
        assert line["official"]["se"] == base.se[at]
    for name in series.stored["shares"][FIRST]:
        points = [followed["frozen"][name][wave]["points"] for wave in WAVES]
        assert points == series.construct("", name).value.tolist()


def figures(page, section: str) -> list[dict]:
    found = page.select_one(f"#{section}").find_parent("section")
    return [json.loads(node["data-figure"]) for node in found.select(".chart[data-figure]")]


def traces(figure: dict) -> list[list[float]]:
    return [trace["y"] for trace in figure["data"] if "markers" in trace["mode"]]


def test_page_and_chart_of_the_index_show_what_is_stored(analyst, runs, session):
    series = results.series_of(session, wave_code=SECOND, is_official=False).up_to(SECOND)
    page = analyst.browse(f"/insight/?wave={SECOND}")
    base, own = series.index("").value.tolist(), [runs[wave].result["index"]["points"] for wave in WAVES]
    [chart] = figures(page, "waves")
    assert traces(chart) == [base, own]
    band = next(trace["y"] for trace in chart["data"] if trace["mode"] == "lines")
    assert band == [*series.index("").high.tolist(), *series.index("").low.tolist()[::-1]]
    assert page.select_one(".score").get_text().split()[0] == f"{base[-1]:.1f}"


def test_the_page_of_a_construct_shows_what_is_stored(analyst, session):
    series = results.series_of(session, wave_code=SECOND, is_official=False).up_to(SECOND)
    for code in ("PQV", "SAT"):
        page = analyst.browse(f"/insight/{SECOND}/constructs/{code}")
        values = series.construct("", code).value.tolist()
        [chart] = figures(page, "waves")
        assert traces(chart) == [values]
        assert page.select_one(".score").get_text().split()[0] == f"{values[-1]:.1f}"
        inner = [name for name, each in series.last.result["dimensions"].items() if each["construct"] == code]
        if len(inner) > 1:
            [bars] = figures(page, "dimensions")
            assert bars["data"][0]["x"] == [series.dimension("", name).value.item() for name in inner]


def test_downloads_hold_what_is_stored(analyst, runs, session):
    run = runs[SECOND]
    whole = json.loads(analyst.client.get(f"/runs/{run.id}/result.json").get_data(as_text=True))
    assert whole["result"] == run.result
    series = results.series_of(session, wave_code=SECOND, is_official=False).up_to(SECOND)
    text = analyst.client.get(f"/insight/{SECOND}/index.csv").get_data(as_text=True).removeprefix("\ufeff")
    _, *rows = csv.reader(io.StringIO(text))
    for level, code, _name, *cells in rows:
        figure = {
            "1": lambda _code: series.index("").at(-1),
            "2": lambda code: series.construct("", code).at(-1),
            "3": lambda code: series.dimension("", code),
        }.get(level)
        if figure is None:
            own = run.result["indicators"][code]
            wanted = (own["points"], *(own["ci"] or (None, None)))
        else:
            found = figure(code)
            wanted = tuple(part.item() for part in (found.value, found.low, found.high))
        assert cells[:3] == ["" if value is None else f"{value:.1f}" for value in wanted], code


def test_a_workbook_holds_the_run_s_figures(files, runs, tmp_path):
    book = tmp_path / "all.xlsx"
    how = ("--model", files / "model.yaml", "--bootstrap", RESAMPLES, "--seed", SEED, "--xlsx", book)
    command("estimate", files / f"{SECOND}.csv", *how)
    head, *rows = sheets(book)[0]["constructs"]
    place = {name: at for at, name in enumerate(head)}
    stored = runs[SECOND].result["constructs"]
    assert [row[0] for row in rows] == list(stored)
    for row in rows:
        assert row[place["points"]] == pytest.approx(stored[row[0]]["points"], rel=1e-14)
