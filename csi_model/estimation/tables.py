"""A result's document for people who work in Python: a text, data frames, a chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from csi_model.errors import DataError
from csi_model.measures.indirect import ARROW

if TYPE_CHECKING:
    import pandas as pd

# Tables of the document, and the names of the leading columns of those that are lists of rows.
TABLES: dict[str, tuple[str, ...]] = {
    "constructs": (),
    "dimensions": (),
    "indicators": (),
    "paths": (),
    "total_effects": (),
    "indirect_effects": (),
    "specific_effects": (),
    "htmt": ("first", "second", "htmt"),
    "htmt2": ("first", "second", "htmt2"),
    "fornell_larcker": ("first", "second", "fornell_larcker"),
    "fit": (),
    "estimates": (),
    "groups": (),
    "cautions": (),
}

WIDTH = 78


SPECIFIC = 20  # paths to the index in the text; a table has all


class Summary:
    """A text that shows itself."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        """Give the text."""
        return self.text

    __repr__ = __str__


def frame(document: Mapping[str, Any], table: str) -> pd.DataFrame:
    """Give one of `TABLES` as a data frame."""
    if table not in TABLES or table not in document:
        raise DataError(
            f"The result has no table {table!r}.",
            code="table",
            remedy=f"Choose {', '.join(name for name in TABLES if name in document)}.",
        )
    made: pd.DataFrame = _framed(_library("pandas"), document[table], table)
    return made


def _framed(pandas: Any, found: Any, table: str) -> Any:
    if TABLES[table]:
        return pandas.DataFrame(found, columns=list(TABLES[table]))
    if table == "fit":
        return pandas.DataFrame({"value": {name: each for name, each in found.items() if _is_cell(each)}})
    if isinstance(found, Mapping):
        rows = {
            name: _flat(each["index"] | {"n_used": each["n_used"]} if table == "groups" else each)
            for name, each in found.items()
            if each is not None
        }
        return pandas.DataFrame.from_dict(rows, orient="index")
    return pandas.DataFrame([_flat(row) for row in found])


def chart(document: Mapping[str, Any]) -> Any:
    """Draw the points of all constructs, with intervals where there are any."""
    graphs = _library("plotly.graph_objects")
    rows = {name: each for name, each in document["constructs"].items() if each["points"] is not None}
    points = [each["points"] for each in rows.values()]
    bars: dict[str, Any] = {}
    if all(each.get("ci") for each in rows.values()):
        bars = {
            "error_x": {
                "type": "data",
                "symmetric": False,
                "array": [each["ci"][1] - each["points"] for each in rows.values()],
                "arrayminus": [each["points"] - each["ci"][0] for each in rows.values()],
            }
        }
    drawn = graphs.Figure(graphs.Bar(x=points, y=list(rows), orientation="h", **bars))
    drawn.update_layout(
        xaxis={"range": [0, 100], "title": "points"}, yaxis={"autorange": "reversed"}, showlegend=False
    )
    return drawn


def summary(document: Mapping[str, Any]) -> Summary:
    """Lay the document out as a text: what was estimated, points, paths, fit, cautions."""
    lines = [
        f"{'Satisfaction index':^{WIDTH}}",
        "=" * WIDTH,
        *_pairs(
            [
                ("Index", document["index"]["id"]),
                ("Points", _figure(document["index"]["points"])),
                ("Method", document["method"]),
                ("Scheme", document["scheme"]),
                ("Respondents given", document["n_respondents"]),
                ("Respondents used", document["n_used"]),
                ("Iterations", document["iterations"]),
                ("Resamples", document.get("bootstrap", {}).get("n", 0)),
            ]
        ),
    ]
    lines += _section("Constructs", ("points", "se", "low", "high", "r_squared", "rho_a", "ave"), document)
    rows = [{"name": f"{row['source']} -> {row['target']}", **_flat(row)} for row in document["paths"]]
    lines += _table("Paths", ("estimate", "se", "low", "high", "p", "f2"), rows)
    lines += _indirect(document)
    fit = [(name, _figure(each, 4)) for name, each in document["fit"].items() if _is_cell(each)]
    lines += ["", f"{'Fit':^{WIDTH}}", "=" * WIDTH, *_pairs(fit), "=" * WIDTH]
    lines += [f"{caution['message']} {caution['remedy']}" for caution in document["cautions"]]
    return Summary("\n".join(lines))


def _section(title: str, columns: Sequence[str], document: Mapping[str, Any]) -> list[str]:
    rows = [{"name": name, **_flat(each)} for name, each in document[title.lower()].items()]
    return _table(title, columns, rows)


def _indirect(document: Mapping[str, Any]) -> list[str]:
    """Lay out what leads by way of others: in all, and the largest specific paths to the index."""
    columns = ("estimate", "se", "low", "high", "p")
    whole = [
        {"name": f"{row['source']} => {row['target']}", **_flat(row)} for row in document["indirect_effects"]
    ]
    index = document["index"]["id"]
    specific = [row for row in document["specific_effects"] if row["target"] == index]
    specific.sort(key=lambda row: -abs(row["estimate"] or 0.0))
    each = [
        {"name": ARROW.join([row["source"], *row["through"], row["target"]]), **_flat(row)}
        for row in specific
    ]
    lines = _table("Indirect effects", columns, whole) if whole else []
    if not each:
        return lines
    lines += _table(f"Specific indirect effects on {index}", columns, each[:SPECIFIC])
    left = len(each) - SPECIFIC
    return lines if left <= 0 else [*lines, f"and {left} smaller ones"]


def _table(title: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    shown = [name for name in columns if any(row.get(name) is not None for row in rows)]
    first = max([len(str(row["name"])) for row in rows] + [10])
    head = " " * first + "".join(f"{name:>11}" for name in shown)
    body = [
        f"{row['name']:<{first}}" + "".join(f"{_figure(row.get(name)):>11}" for name in shown) for row in rows
    ]
    rule = max(len(head), WIDTH)
    return ["", f"{title:^{rule}}", "=" * rule, head, "-" * rule, *body]


def _pairs(entries: Sequence[tuple[str, Any]]) -> list[str]:
    half = WIDTH // 2 - 2
    cells = [f"{name}:{value!s:>{half - len(name) - 1}}" for name, value in entries]
    cells += [""] * (len(cells) % 2)
    return [f"{left}    {right}".rstrip() for left, right in zip(cells[::2], cells[1::2], strict=True)]


def _figure(value: Any, digits: int = 4) -> str:
    return "" if value is None else f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the cells of a row, an interval as its two ends; texts in several languages are left out."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "ci" or name.endswith("_ci"):
            prefix = name.removesuffix("ci")
            found[f"{prefix}low"], found[f"{prefix}high"] = value or (None, None)
        elif name == "through":
            found[name] = ARROW.join(value)
        elif _is_cell(value):
            found[name] = value
    return found


def _is_cell(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        package = name.split(".", maxsplit=1)[0]
        raise DataError(
            f"{package} is not installed.", code="library", remedy=f"Install it: pip install {package}."
        ) from None
