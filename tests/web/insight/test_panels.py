"""Panels of dashboards: found by looking, one file each; what they show was computed before."""

import ast
import pkgutil
import sys
from importlib import import_module
from pathlib import Path

import pytest

import web.insight
from csi_model.inference import kinds, making, many, means
from csi_model.series import breaks, changes, drift, official
from tests.web.demo_site import SECOND, demo_file, site_url  # noqa: F401
from web.insight import pages, panels, views
from web.shelf import Shelf

GROWTH = Path(__file__).parents[2] / "growth" / "panels"
FILES = sorted(Path(web.insight.__file__).parent.rglob("*.py"))


@pytest.fixture
def toy(monkeypatch):
    """The toy panel beside those of the site, while a test runs."""
    monkeypatch.setattr(panels, "__path__", [*panels.__path__, str(GROWTH)])
    monkeypatch.setattr(views, "_pages", Shelf(8))
    yield
    sys.modules.pop("web.insight.panels.toy", None)


@pytest.mark.usefixtures("toy")
def test_a_panel_joins_by_its_file_alone(viewer):
    page = viewer.browse("/insight/?lang=en")
    box = page.select_one("section[aria-labelledby=toy]")
    assert box.h2.get_text() == "A toy panel"
    assert f"Answers: {page.select_one('.headline .hint').get_text().split()[0]}" in box.get_text()
    ids = [each["aria-labelledby"] for each in page.select("main section[aria-labelledby]")]
    assert ids.index("toy") == ids.index("first") - 1, "its order says where it stands"
    assert "玩具面板" in viewer.browse("/insight/?lang=zh").get_text()
    construct = viewer.browse(f"/insight/{SECOND}/constructs/SAT?lang=en")
    assert not construct.select("section[aria-labelledby=toy]"), "its page says where it stands"


def test_without_its_file_there_is_no_toy(viewer):
    assert not viewer.browse("/insight/?lang=en").select("section[aria-labelledby=toy]")


def test_every_file_of_the_folder_is_a_panel_with_a_place_of_its_own():
    names = {each.name for each in pkgutil.iter_modules(panels.__path__)} - {"base"}
    modules = [import_module(f"web.insight.panels.{name}") for name in sorted(names)]
    places = [(each.PAGE, each.ORDER) for each in modules]
    assert len(set(places)) == len(places)
    assert {page for page, _order in places} == {"overview", "construct"}
    assert len(pages.kinds("overview")) + len(pages.kinds("construct")) == len(names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_of_the_dashboards_reaches_for_arithmetic(path):
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{each.name}" for each in node.names}
    assert not {name for name in names if name.split(".")[0] in {"numpy", "scipy", "pandas", "statistics"}}
    engine = {name for name in names if name.startswith("csi_model")}
    assert engine <= {"csi_model.Options", "csi_model.Figure", "csi_model.WITHHELD"}, (
        "what is stored, and how it is read"
    )


def test_opening_pages_calls_nothing_that_estimates(analyst, monkeypatch):
    def refused(*_given, **_more):
        raise AssertionError("a page computes")

    for room, names in {
        making: ("from_normal", "from_draws", "share_interval", "critical"),
        kinds: ("percentile", "bca", "studentised"),
        many: ("holm", "between_variance"),
        means: ("weighted_means",),
        breaks: ("find_breaks",),
        changes: ("changes_document", "from_normal", "find_breaks", "drift"),
        drift: ("drift", "holm", "from_normal"),
        official: ("index_series", "from_normal"),
    }.items():
        for name in names:
            monkeypatch.setattr(room, name, refused)
    monkeypatch.setattr(views, "_pages", Shelf(8))
    for path in ("/insight/", f"/insight/?wave={SECOND}&part=county:D1", f"/insight/{SECOND}/constructs/PQV"):
        assert analyst.browse(path).select(".score")
    assert analyst.client.get(f"/insight/{SECOND}/index.csv").status_code == 200
