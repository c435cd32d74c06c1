"""One wave, one figure to the last digit: commands, stored runs, pages, charts and downloads.

A command reads a file of one's own; runs and pages withhold what few answered. All else is the same figure,
and pages print the digits of what is stored.
"""

import csv
import io
import json
import re
from math import isnan
from operator import itemgetter

import pytest
from click.testing import CliRunner
from sqlalchemy import select

import csi_model
from surveys.analysing.runs import handed_out
from surveys.editing import publishing
from surveys.models import Analysis, Wave
from tests.cli.test_estimate_files import sheets
from tests.web.demo_site import FIRST, SECOND, demo_file, site_url  # noqa: F401
from web.cli import manyi
from web.insight import results
from web.runs.leaving import as_printed

SEED, RESAMPLES = "3", "500"  # of the demo's runs
WAVES = (FIRST, SECOND)
# What `web.runs.compute` adds to the document of a run, or the command to its own.
BESIDE = {"groups", "companions", "quality", "notes", "roles", "items", "expectations", "retention",
          "priorities", "tree", "level"}  # fmt: skip


def command(*words: object) -> str:
    done = CliRunner().invoke(manyi, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.stdout


def same(stored, written, where="") -> int:
    """Hold what is stored against what a command wrote, and count the numbers that are equal."""
    if isinstance(written, dict):
        assert set(written) <= set(stored) <= {*written, "state", "n"}, where
        if stored.get("state") in csi_model.WITHHELD:
            assert stored["points"] is None, where
            return 0
        return sum(same(stored[key], each, f"{where}.{key}") for key, each in written.items())
    if isinstance(written, list):
        assert len(stored) == len(written), where
        return sum(same(*pair, f"{where}.{at}") for at, pair in enumerate(zip(stored, written, strict=True)))
    assert stored == written, where
    return isinstance(written, float)


def printed(values) -> list[str | None]:
    """Write numbers as pages of more than a hundred answers do."""
    return [None if value is None or isnan(value) else f"{value:.1f}" for value in values]


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
    equal = {name: same(stored[name], written[name], name) for name in sorted(shared - {"cautions"})}
    assert all(
        equal[name] for name in ("index", "constructs", "dimensions", "indicators", "paths", "total_effects")
    )
    assert sum(equal.values()) > 500


def test_groups_of_the_command_are_those_of_the_run(told, runs):
    stored = runs[SECOND].result["groups"]
    groups = told("estimate", SECOND, "--group", "customer_class")["groups"]
    shown = {name: each for name, each in groups.items() if each is not None}
    assert len(shown) >= 1
    for name, each in shown.items():
        for level in ("index", "constructs", "dimensions", "indicators", "n_used"):
            own = stored[f"customer_class:{name}"]
            assert own is None or same(own[level], each[level], f"{name}.{level}") or level == "n_used"


def test_priorities_are_the_run_s_effects(told, runs):
    stored, ranked = runs[SECOND].result, told("priorities", SECOND)
    rows = {row["id"]: row for row in ranked["levels"]["constructs"]}
    target = stored["index"]["id"]
    effects = {
        row["source"]: row["points_per_point"] for row in stored["total_effects"] if row["target"] == target
    }
    shown = {name: row for name, row in rows.items() if stored["constructs"][name]["points"] is not None}
    assert len(shown) > 3
    for name, row in shown.items():
        assert effects[name] == row["importance"]
        assert row["performance"] == stored["constructs"][name]["points"]
    dimensions = {row["id"]: row for row in ranked["levels"]["dimensions"]}
    for each in stored["priorities"]:
        own = dimensions[each["dimension"]]
        assert (own["importance"], own["performance"]) == (each["importance"], each["points"])


def test_what_stands_beside_the_index_is_the_commands_own(files, runs, session):
    run, wave = runs[SECOND].result, session.scalar(select(Wave).where(Wave.code == SECOND))
    score, effort = (run["roles"][role] for role in ("promotion", "effort"))
    asked = publishing.load_document(wave.version)
    [slot] = [slot for slot in asked.slots if slot.code == effort]
    how = ("--nps", score, "--boxes", f"{effort}={slot.low}-{slot.high}", "--json", "-")
    written = json.loads(command("figures", files / f"{SECOND}.csv", *how))["figures"]
    own, stored = written["nps"][score], run["companions"][score]
    assert [own["score"][key] for key in ("value", "ci")] == [stored[key] for key in ("value", "ci")]
    assert (own["n"], own["shares"]) == (stored["n"], stored["shares"])
    own, stored = written["boxes"][effort], run["companions"][effort]
    assert [own["mean"][key] for key in ("value", "ci")] == [stored[key] for key in ("value", "ci")]
    assert [own[key] for key in ("n", "top", "bottom")] == [stored[key] for key in ("n", "top", "bottom")]


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
        values = series.construct("", name).value.tolist()
        assert not all(map(isnan, values)) or name not in {"SAT", "EXP"}
        assert [point for point, value in zip(points, values, strict=True) if not isnan(value)] == [
            value for value in values if not isnan(value)
        ]


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
    assert [printed(each) for each in traces(chart)] == [printed(base), printed(own)]
    band = next(trace["y"] for trace in chart["data"] if trace["mode"] == "lines")
    assert printed(band) == printed([*series.index("").high.tolist(), *series.index("").low.tolist()[::-1]])
    assert page.select_one(".score").get_text().split()[0] == f"{base[-1]:.1f}"


def test_where_a_priority_stands_is_its_dimension_s_figure_on_every_page(analyst, runs, session):
    """By the weights of the first wave, as on the page of its construct and in the download."""
    series = results.series_of(session, wave_code=SECOND, is_official=False).up_to(SECOND)
    ranked = [each["dimension"] for each in runs[SECOND].result["priorities"]]
    told = analyst.browse(f"/insight/?wave={SECOND}").select_one("#first").find_parent("section").get_text()
    wanted = printed(series.dimension("", code).value.item() for code in ranked)
    assert re.findall(r"Now at (\d+\.\d)", told) == wanted
    own = [runs[SECOND].result["dimensions"][code]["points"] for code in ranked]
    assert printed(own) != wanted, "the wave's own weights give others"


def test_the_page_of_a_construct_shows_what_is_stored(analyst, session):
    series = results.series_of(session, wave_code=SECOND, is_official=False).up_to(SECOND)
    shown = [code for code, node in series.last.result["constructs"].items() if node["points"] is not None]
    assert "SAT" in shown
    assert len(shown) > 3
    for code in shown:
        page = analyst.browse(f"/insight/{SECOND}/constructs/{code}")
        values = series.construct("", code).value.tolist()
        [chart] = figures(page, "waves")
        assert printed(traces(chart)[0]) == printed(values)
        assert page.select_one(".score").get_text().split()[0] == f"{values[-1]:.1f}"
        inner = [name for name, each in series.last.result["dimensions"].items() if each["construct"] == code]
        if len(inner) > 1:
            [bars] = figures(page, "dimensions")
            wanted = printed(series.dimension("", name).value.item() for name in inner)
            assert printed(bars["data"][0]["x"]) == wanted


def test_downloads_hold_what_is_stored(analyst, runs, session):
    run = runs[SECOND]
    whole = json.loads(analyst.client.get(f"/runs/{run.id}/result.json").get_data(as_text=True))
    assert whole["result"] == as_printed(handed_out(run.result))
    series = results.series_of(session, wave_code=SECOND, is_official=False).up_to(SECOND)
    text = analyst.client.get(f"/insight/{SECOND}/index.csv").get_data(as_text=True).removeprefix("\ufeff")
    _, *rows = csv.reader(io.StringIO(text))
    tenths, kinds = 0, dict(zip("1234", (
        lambda result: {result["index"]["id"]: result["index"]}, itemgetter("constructs"),
        itemgetter("dimensions"), itemgetter("indicators"),
    ), strict=True))  # fmt: skip
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
        wanted = [None if value is None or isnan(value) else value for value in wanted]
        state = kinds[level](run.result)[code]["state"]
        digits = 0 if state == "indicative" else 1  # where fewer than 100 answered, whole points
        assert cells[:3] == ["" if value is None else f"{value:.{digits}f}" for value in wanted], code
        tenths += digits == 1 and any(cells[:3])
    assert tenths > 20


def test_a_workbook_holds_the_run_s_figures(files, runs, tmp_path):
    book = tmp_path / "all.xlsx"
    how = ("--model", files / "model.yaml", "--bootstrap", RESAMPLES, "--seed", SEED, "--xlsx", book)
    command("estimate", files / f"{SECOND}.csv", *how)
    head, *rows = sheets(book)[0]["constructs"]
    place = {name: at for at, name in enumerate(head)}
    stored = runs[SECOND].result["constructs"]
    assert [row[0] for row in rows] == list(stored)
    for row in rows:
        if stored[row[0]]["points"] is not None:
            assert row[place["points"]] == pytest.approx(stored[row[0]]["points"], rel=1e-14)
