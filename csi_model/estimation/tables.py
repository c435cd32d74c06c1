"""A result's document for people who work in Python: its tables as rows and data frames, a chart."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from csi_model.errors import DataError
from csi_model.inference.figures import Figure
from csi_model.measures.indirect import ARROW

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


def frame(document: Mapping[str, Any], table: str) -> Any:
    """Give one of `TABLES` as a data frame of pandas, or of Polars where that alone is installed."""
    if table not in TABLES or table not in document:
        raise DataError(
            f"The result has no table {table!r}.",
            code="table",
            remedy=f"Choose {', '.join(name for name in TABLES if name in document)}.",
        )
    columns, rows = table_rows(document, table)
    try:
        pandas = _library("pandas")
    except DataError as error:
        return _of_polars(columns, rows, error)
    if isinstance(document[table], list):
        return pandas.DataFrame(rows, columns=columns)
    names, cells = [row[0] for row in rows], [row[1:] for row in rows]
    return pandas.DataFrame(cells, index=names, columns=columns[1:])


def _of_polars(columns: list[str], rows: list[list[Any]], refusal: DataError) -> Any:
    """Give a frame of Polars, whose first column holds the names that pandas has as its index."""
    try:
        polars = _library("polars")
    except DataError:
        raise refusal from None
    return polars.DataFrame({name: [row[place] for row in rows] for place, name in enumerate(columns)})


def tables_of(document: Mapping[str, Any]) -> dict[str, tuple[list[str], list[list[Any]]]]:
    """Give all tables of a document, each as its headings and rows."""
    return {name: table_rows(document, name) for name in TABLES if name in document}


def table_rows(document: Mapping[str, Any], table: str) -> tuple[list[str], list[list[Any]]]:
    """Give the headings and rows of one of `TABLES`; of a mapping the first column holds the names."""
    found = document[table]
    if TABLES[table]:
        return list(TABLES[table]), [list(row) for row in found]
    if table == "fit":
        return ["name", "value"], [[name, each] for name, each in found.items() if is_cell(each)]
    if isinstance(found, Mapping):
        named = {
            name: each["index"] | {"n_used": each["n_used"]} if table == "groups" else each
            for name, each in found.items()
            if each is not None
        }
        rows = [{"name": name} | flat(each) for name, each in named.items()]
    else:
        rows = [flat(row) for row in found]
    columns = list(dict.fromkeys(column for row in rows for column in row)) or ["name"]
    return columns, [[row.get(column) for column in columns] for row in rows]


def chart(document: Mapping[str, Any]) -> Any:
    """Draw the points of all constructs, with intervals where there are any."""
    graphs = _library("plotly.graph_objects")
    rows = {name: each for name, each in document["constructs"].items() if each["points"] is not None}
    points = Figure.read(rows, key="points")
    bars: dict[str, Any] = {}
    if np.isfinite(points.low).all() and np.isfinite(points.high).all():
        above, below = points.high - points.value, points.value - points.low
        bars["error_x"] = {"type": "data", "symmetric": False}
        bars["error_x"] |= {"array": above.tolist(), "arrayminus": below.tolist()}
    drawn = graphs.Figure(graphs.Bar(x=points.value.tolist(), y=list(rows), orientation="h", **bars))
    drawn.update_layout(
        xaxis={"range": [0, 100], "title": "points"}, yaxis={"autorange": "reversed"}, showlegend=False
    )
    return drawn


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give the cells of a row, an interval as its two ends; texts in several languages are left out."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "ci" or name.endswith("_ci"):
            prefix = name.removesuffix("ci")
            found[f"{prefix}low"], found[f"{prefix}high"] = value or (None, None)
        elif name == "through":
            found[name] = ARROW.join(value)
        elif is_cell(value):
            found[name] = value
    return found


def is_cell(value: Any) -> bool:
    """Say whether a value stands in one cell."""
    return value is None or isinstance(value, str | int | float)


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        package = name.split(".", maxsplit=1)[0]
        raise DataError(
            f"{package} is not installed.", code="library", remedy=f"Install it: pip install {package}."
        ) from None
