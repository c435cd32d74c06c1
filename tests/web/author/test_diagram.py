"""The paths of a model, drawn and as a table: the same in both, no arrow backwards, nothing that breaks."""

import re
from copy import deepcopy
from itertools import combinations
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from flask import render_template

from surveys import instruments
from tests.surveys.drafts import DOCUMENT
from tests.web.drafts import DRAFT, begin
from web.author.diagram import GAP, MOST_BOXES, MOST_PATHS, WIDE, diagram
from web.author.reading import Cause, Line
from web.author.wrapping import LINES, wrapped

FULL = "/questionnaires/instrument/utility_csi/full"
MODELS = [(name, form) for name in instruments.names() for form in instruments.forms(name)]
MODELS = [each for each in MODELS if instruments.load(*each).indicators is not None]


def drawn_of(names, paths, index):
    """Draw, and check what holds for every drawing."""
    drawn = diagram(names, paths, index)
    boxes = {box.code: box for box in drawn.boxes}
    assert sorted(arrow.path for arrow in drawn.arrows) == sorted(set(paths)), "every path once"
    for one, other in combinations(drawn.boxes, 2):
        apart = one.y + one.height <= other.y or other.y + other.height <= one.y
        assert one.x != other.x or apart, f"{one.code} lies on {other.code}"
    for arrow in drawn.arrows:
        source, target = (boxes[code] for code in arrow.path)
        assert source.x + WIDE + GAP <= target.x, f"{arrow.path} leads backwards"
        points = [tuple(map(float, each)) for each in re.findall(r"(-?[\d.]+) (-?[\d.]+)", arrow.line)]
        assert [x for x, _ in points] == sorted(x for x, _ in points)
        assert points[0][0] == source.x + WIDE
        assert source.y <= points[0][1] <= source.y + source.height
        assert target.y <= points[-1][1] <= target.y + target.height
        assert arrow.head.startswith(f"M{target.x:g} {points[-1][1]:.1f}")
        assert arrow.line.count("H") == (target.x - source.x) / (WIDE + GAP) - 1, (
            "a column is passed by no bend"
        )
        for start, end in re.findall(r"([\d.]+) [\d.]+H([\d.]+)", arrow.line):
            passed = float(re.search(rf"{start} ([\d.]+)H{end}", arrow.line)[1])
            for box in drawn.boxes:
                assert box.x != float(start) or not box.y <= passed <= box.y + box.height, (
                    f"{arrow.path} runs through {box.code}"
                )
        assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points)
    return drawn


@pytest.mark.parametrize(("name", "form"), MODELS)
def test_every_built_in_model_is_drawn(name, form):
    system = instruments.load(name, form).indicators
    drawn = drawn_of({node.id: node.name["en"] for node in system.constructs}, system.paths, system.index)
    assert [box.code for box in drawn.boxes if box.is_index] == [system.index]


def test_what_nothing_moves_stands_beside_what_it_moves():
    drawn = drawn_of(dict.fromkeys("ABCD", "N"), [("A", "B"), ("B", "C"), ("D", "C")], "C")
    x = {box.code: box.x for box in drawn.boxes}
    assert x["D"] == x["B"] < x["C"]


def test_thirty_constructs_are_drawn():
    names = {f"C{n}": f"Construct number {n}" for n in range(30)}
    paths = [(f"C{n}", f"C{m}") for n in range(30) for m in range(n + 1, 30) if m - n in {1, 3, 11}]
    drawn_of(names, paths, "C29")
    drawn_of(names, [(f"C{n}", "C29") for n in range(29)], "C29")


@pytest.mark.parametrize(
    "paths",
    [
        [],
        [("A", "A")],
        [("A", "B"), ("B", "C"), ("C", "A")],
        [("A", "unknown")],
        [(f"N{n}", f"N{n + 1}") for n in range(MOST_BOXES)],
        [(f"N{n}", f"N{m}") for n, m in combinations(range(19), 2)],
    ],
    ids=["none", "itself", "circle", "unknown", "many constructs", "many paths"],
)
def test_what_cannot_be_drawn_is_not(paths):
    names = dict.fromkeys([*"ABC", *(f"N{n}" for n in range(MOST_BOXES + 1))], "N")
    assert len(paths) <= MOST_BOXES or len(paths) > MOST_PATHS
    assert diagram(names, paths, "A") is None


def test_a_path_that_is_there_twice_is_drawn_once():
    drawn_of({"A": "a", "B": "b"}, [("A", "B"), ("A", "B")], "B")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Perceived quality of supply", ("Perceived", "quality of", "supply")),
        ("感知价值（客户主观价值）", ("感知价值（客户", "主观价值）")),
        ("客户满意", ("客户满意",)),
        ("Donaudampfschifffahrt", ("Donaudampfsch", "ifffahrt")),
        ("a\u202eb \u2067c\u2069", ("ab c",)),
        ("", ()),
        (" \n ", ()),
    ],
)
def test_names_are_broken_to_fit(name, lines):
    assert wrapped(name) == lines


def test_a_name_that_is_too_long_ends_with_an_ellipsis():
    assert len(wrapped("word " * 500)) == LINES
    assert wrapped("满" * 500)[-1].endswith("…")


def told(page):
    """Give the texts of the drawing, and the paths that the table names by codes."""
    table = page.select_one(".paths-table")
    rows = [[cell.select("code") for cell in row.select("th, td")] for row in table.select("tbody tr")]
    paths = [(cause[0].get_text(), each.get_text()) for cause, moved in rows for each in moved]
    return [node.get_text() for node in page.select(".paths svg text")], paths


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_draws_the_paths_and_tells_them_in_a_table(designer, language):
    page = designer.browse(f"{FULL}?lang={language}")
    system = instruments.load("utility_csi").indicators
    texts, paths = told(page)
    assert sorted(paths) == sorted([*system.paths, ("SAT × SWC", "LOY")])
    squeezed = "".join(texts).replace(" ", "")
    for construct in system.constructs:
        assert construct.name[language].replace(" ", "") in squeezed
    assert {"en": "The index", "zh": "指数"}[language] in texts
    assert len(page.select(".paths-line")) == len(page.select(".paths-head")) == len(system.paths)
    box, svg = page.select_one(".paths"), page.select_one(".paths svg")
    assert (box["tabindex"], box["role"], svg["role"]) == ("0", "region", "img")
    names = [each["aria-label"] for each in page.select("[role=region]")]
    assert len(names) == len(set(names))
    assert {"en": "The table below says the same", "zh": "下面的表格"}[language] in svg["aria-label"]


def test_a_questionnaire_without_paths_shows_none(designer):
    begin(designer)
    page = designer.browse(f"{DRAFT}/{node_of_system(designer)}")
    assert not page.select(".paths, .paths-table")


def test_a_draft_draws_its_paths_and_its_names_are_harmless(designer):
    document = deepcopy(DOCUMENT)
    document["sections"][0]["questions"].append({**document["sections"][0]["questions"][1], "code": "S3"})
    odd = "<b>bold</b><br> \u202e%{x} 5 > 3 & 2 <script>x</script>"
    dimension = {"id": "D2", "name": {"zh": "维", "en": "D"}, "indicators": ["S3"]}
    cause = {"id": "ODD", "name": {"zh": odd, "en": odd}, "dimensions": [dimension]}
    document["indicators"]["constructs"].append(cause)
    document["indicators"]["paths"] = [["ODD", "SAT"]]
    begin(designer, document)
    page = designer.browse(f"{DRAFT}/{node_of_system(designer)}")
    texts, paths = told(page)
    assert paths == [("ODD", "SAT")]
    assert not page.select(".paths :not(svg, path, rect, text), .paths-table :is(b, br, script)")
    assert "Satisfaction" in texts
    assert "%{x}5>3&2" in "".join(texts).replace(" ", "")
    assert "\u202e" not in "".join(texts)


def test_whatever_stands_in_a_name_is_text(app):
    names = {"A": "<b>bold</b>", "B": "<script>x</script>"}
    reading = SimpleNamespace(
        diagram=lambda: diagram(names, [("A", "B")], "B"),
        causes=lambda: (Cause("A", names["A"], (Line("B", names["B"]),)),),
    )
    with app.test_request_context():
        page = BeautifulSoup(render_template("author/_paths.html", reading=reading), "html.parser")
    assert not page.select("b, script")
    assert "<b>bold</b>" in [node.get_text() for node in page.select("svg text")]
    assert "<script>x</script>" in page.select_one("td").get_text()


def node_of_system(designer):
    """Give the number of the draft's part that holds the model."""
    links = designer.browse(DRAFT).select(".below a")
    texts = [each.get_text(strip=True) for each in links]  # a badge may come first
    return next(
        each["href"].rpartition("/")[2]
        for each, text in zip(links, texts, strict=True)
        if text.endswith("Indicator system")
    )
