"""A result's document as a text of tables, laid out for reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from csi_model.estimation.tables import flat, is_cell
from csi_model.measures.indirect import ARROW

WIDTH = 78
WEIGHTS = ("points", "loading", "weight", "se", "t", "p")
SPECIFIC = 20  # paths to the index in the text; a table has all


class Summary:
    """A text that shows itself."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        """Give the text."""
        return self.text

    __repr__ = __str__


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
                ("Estimator", document["estimator"])
                if "estimator" in document
                else ("Scheme", document["scheme"]),
                ("Respondents given", document["n_respondents"]),
                ("Respondents used", document["n_used"]),
                ("Iterations", document["iterations"]),
                ("Resamples", document.get("bootstrap", {}).get("n", 0)),
            ]
        ),
    ]
    explained = {row["target"] for row in document["paths"]}
    rows = [
        {"name": name, **flat(each), **({} if name in explained else {"r_squared": None})}
        for name, each in document["constructs"].items()
    ]
    lines += _table("Constructs", ("points", "se", "low", "high", "r_squared", "rho_a", "ave"), rows)
    rows = [{"name": f"{row['source']} -> {row['target']}", **flat(row)} for row in document["paths"]]
    lines += _table("Paths", ("estimate", "se", "low", "high", "p", "f2"), rows)
    lines += _indirect(document)
    lines += _table("Questions", WEIGHTS, [_question(*each) for each in document["indicators"].items()])
    groups = [
        {"name": name, "used": each["n_used"], **flat(each["index"])}
        for name, each in document["groups"].items()
        if each is not None
    ]
    lines += _table("Groups", ("used", "points", "se", "low", "high"), groups) if groups else []
    fit = [(name, _figure(each, 4)) for name, each in document["fit"].items() if is_cell(each)]
    lines += ["", f"{'Fit':^{WIDTH}}", "=" * WIDTH, *_pairs(fit), "=" * WIDTH]
    for caution in document["cautions"]:
        lines += wrap(f"Caution: {caution['message']} {caution['remedy']}", WIDTH, subsequent_indent="  ")
    return Summary("\n".join(lines))


def _question(code: str, each: Mapping[str, Any]) -> dict[str, Any]:
    """Give a question's row: how it stands, and its outer weight with t = weight / se."""
    weight, error = each["outer_weight"], each.get("outer_weight_se")
    p = each.get("outer_weight_p")
    return {
        "name": code,
        "points": each["points"],
        "loading": each["loading"],
        "weight": weight,
        "se": error,
        "t": None if p is None or not error or weight is None else weight / error,
        "p": p,
    }


def _indirect(document: Mapping[str, Any]) -> list[str]:
    """Lay out what leads by way of others: in all, and the largest specific paths to the index."""
    columns = ("estimate", "se", "low", "high", "p")
    whole = [
        {"name": f"{row['source']} => {row['target']}", **flat(row)} for row in document["indirect_effects"]
    ]
    index = document["index"]["id"]
    specific = [row for row in document["specific_effects"] if row["target"] == index]
    specific.sort(key=lambda row: -abs(row["estimate"] or 0.0))
    each = [
        {"name": ARROW.join([row["source"], *row["through"], row["target"]]), **flat(row)} for row in specific
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
