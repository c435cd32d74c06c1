"""What `manyi sample-size` plans for units whose customers are known from a file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

import csi_model
from csi_model import Design
from web.cli import Refusal
from web.cli.table import aligned, read_records


class Units(click.ParamType[int | Path]):
    """A number of equal units, or the name of a file of units."""

    name = "units"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | Path:
        """Read a whole number as one; all else names a file."""
        try:
            number = int(value)
        except ValueError:
            return Path(value)
        if number < 1:
            self.fail(f"{value} units cannot be planned for. Give 1 or more, or a file of units.", param, ctx)
        return number


@dataclass(frozen=True)
class Sizes:
    """Units with their customers, and the standard deviation of the index in each."""

    names: list[str]
    customers: NDArray[np.float64]
    sd_points: NDArray[np.float64]


def read_sizes(path: Path, usual_sd: float) -> Sizes:
    """Read units from a CSV file: unit, customers, and sd where one is known."""
    rows = read_records(path, needed=("unit", "customers"), may_have=("sd",))
    names = [row["unit"] for row in rows]
    for number, name in enumerate(names, start=1):
        if not name or name in names[: number - 1]:
            what = f"names {name} again" if name else "has no unit"
            raise Refusal(f"{path}, row {number} {what}. Give each unit one row.")
    customers = [_number(path, place, row["customers"], "customers") for place, row in enumerate(rows, 1)]
    spread = [
        _number(path, place, row["sd"], "sd") if row.get("sd") else usual_sd
        for place, row in enumerate(rows, 1)
    ]
    return Sizes(names, np.array(customers), np.array(spread))


def _number(path: Path, row: int, text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Refusal(f"{path}, row {row}: {what} is {text[:40]!r}. Give a number.") from None


def planned(
    sizes: Sizes,
    design: Design,
    *,
    wanted: float | None,
    total: int | None,
    change: float | None,
    power: float,
    how: str,
    least: int,
) -> dict[str, Any]:
    """Plan the answers of each unit: for a half-width, of a total, or to see a change.

    Parameters
    ----------
    design
        Clusters, weights and level, the same in all units.
    """
    designs = [
        Design(sd, design.cluster_size, design.icc, design.weighting_effect, customers, design.level)
        for sd, customers in zip(sizes.sd_points.tolist(), np.floor(sizes.customers).tolist(), strict=True)
    ]
    to_see = None if change is None else [csi_model.answers_for_change(change, power, own) for own in designs]
    if wanted is not None:
        answers = csi_model.units_needed(wanted, sizes.customers, sizes.sd_points, design).tolist()
    elif total is not None:
        answers = csi_model.allocate(total, sizes.customers, sizes.sd_points, how=how, least=least).tolist()
    else:
        answers = to_see or []
    own_width, whole = csi_model.units_half_width(answers, sizes.customers, sizes.sd_points, design)
    each: list[dict[str, Any]] = [
        {"unit": name, "customers": int(customers), "sd_points": own.sd_points, "n": n, "half_width": half}
        for name, customers, own, n, half in zip(
            sizes.names, sizes.customers, designs, answers, own_width.tolist(), strict=True
        )
    ]
    for place, (row, own) in enumerate(zip(each, designs, strict=True)):
        n = row["n"]
        if change is None or to_see is None:
            row["change_seen"] = csi_model.change_seen(n, n, power, own)
        else:
            row |= {"n_a_wave": to_see[place], "power_of_n": csi_model.power(change, n, n, own)}
    found: dict[str, Any] = {"n": sum(answers), "half_width": whole}
    if total is not None:
        found["allocation"] = how
    found |= {"power": power} if change is None else {"change": {"points": change, "power": power}}
    return found | {"units": {"n_units": len(each), "each": each}}


def lines(document: dict[str, Any]) -> list[str]:
    """Say the plan of each unit in a table."""
    change = document.get("change")
    seen = f"sees {change['points']:g} points with" if change else f"sees with {document['power']:.0%}"
    rows = [("unit", "customers", "answers", "± points", seen)]
    rows += [
        (
            row["unit"],
            str(row["customers"]),
            str(row["n"]),
            f"{row['half_width']:.1f}",
            f"{row['power_of_n']:.0%}" if change else f"{row['change_seen']:.1f} points",
        )
        for row in document["units"]["each"]
    ]
    return aligned(rows)
