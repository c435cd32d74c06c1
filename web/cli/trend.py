"""`manyi trend`: the index over waves, what moved more than chance explains, and why."""

from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

import csi_model
from web.cli import Refusal, analysis, files
from web.cli.table import aligned, span

VERDICTS = {
    "up": "up",
    "down": "down",
    "hint": "perhaps, if looked at alone",
    "unclear": "no clear change",
}


@click.command()
@click.argument("data", type=files.READ)
@analysis.model
@click.option(
    "--wave", required=True, metavar="COLUMN", help="Column that names the wave of each respondent."
)
@click.option(
    "--order",
    metavar="W1,W2,…",
    default="",
    help="Waves in order of time, no others; all without it, by name and number.",
)
@click.option(
    "--base", metavar="WAVE", default="", help="Wave whose weights are frozen; the first without it."
)
@click.option(
    "--segment", metavar="COLUMN", help="Customer segments: tells a change of mix from one of answers."
)
@click.option("--mode", metavar="COLUMN", help="Collection modes: a shift between them marks a break.")
@click.option(
    "--reworded",
    metavar="WAVE=Q1,Q2",
    multiple=True,
    help="Questions worded anew from this wave on: a break.",
)
@click.option(
    "--bridge",
    metavar="WAVE=SHIFT,SE | WAVE=OLD,SE,NEW,SE",
    multiple=True,
    help="What the new form alone does to the index, with its standard error; or the index of those who were "
    "asked the old and the new form in one wave.",
)
@click.option(
    "--opened",
    metavar="WAVE=DATE",
    multiple=True,
    help="When a wave went into the field, as 2026-03-01: for changes since a year before and trends a year.",
)
@analysis.tree
@analysis.weights
@analysis.cluster
@analysis.missing
@analysis.resamples(0, 500, "Resamples a wave, 0 for none.")
@analysis.level
@analysis.seed
@click.option("--jobs", metavar="N", type=click.IntRange(1), default=1, help="Worker threads.")
@analysis.json_file
def trend(
    data: Path,
    model: Path,
    wave: str,
    order: str,
    base: str,
    segment: str | None,
    mode: str | None,
    reworded: tuple[str, ...],
    bridge: tuple[str, ...],
    opened: tuple[str, ...],
    tree: str | None,
    weights: str | None,
    cluster: str | None,
    missing: str,
    bootstrap: int,
    level: float,
    seed: int,
    jobs: int,
    json_file: Path | None,
) -> None:
    """Follow the index over waves with frozen weights, and say why it moved.

    Example: manyi trend answers.csv --model model.yaml --wave year --segment customer_class

    A question that was reworded: manyi trend answers.csv --model model.yaml --wave year --reworded 2026=SAT1
    """
    spec = analysis.read_model(model)
    prepared = analysis.read_answers(
        data, spec, missing=missing, weights=weights, labels=(wave, segment, mode), cluster=cluster
    )
    chosen = analysis.names(order)
    if chosen and (rest := [name for name in prepared.label(wave).present if name not in chosen]):
        click.echo(f"Left out, as --order does not name them: {', '.join(rest)}.", err=True)
    options = csi_model.Options(missing=missing, bootstrap=bootstrap, seed=seed, jobs=jobs, level=level)
    with analysis.left_out_said(prepared, missing), analysis.progress_bar(is_long=True) as bar:
        document = csi_model.follow(
            spec,
            prepared,
            wave,
            options,
            order=chosen,
            base=base,
            segments=segment,
            modes=mode,
            reworded=analysis.once("--reworded", map(_reworded, reworded)),
            bridges=analysis.once("--bridge", map(_bridge, bridge)),
            opened=analysis.once("--opened", map(_opened, opened)),
            tree=analysis.read_tree(tree),
            progress=bar,
        )
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(summary(document), err=True)


def _reworded(given: str) -> tuple[str, list[str]]:
    wave, _, questions = given.partition("=")
    found = analysis.names(questions)
    if not wave or not found:
        raise Refusal(f"--reworded {given!r} is not understood. Write it as 2026=SAT1,SAT2.")
    return wave, found


def _opened(given: str) -> tuple[str, date]:
    wave, _, day = given.partition("=")
    try:
        return wave, date.fromisoformat(day)
    except ValueError:
        raise Refusal(f"--opened {given!r} is not understood. Write it as 2026=2026-03-01.") from None


def _bridge(given: str) -> tuple[str, csi_model.Bridge]:
    """Read a bridge: the shift, or what it is measured by: the two forms, and perhaps their covariance."""
    wave, _, written = given.partition("=")
    try:
        figures = [float(each) for each in written.split(",")]
    except ValueError:
        figures = []
    if not wave or len(figures) not in {2, 4, 5} or not np.isfinite(figures).all():
        ways = "Write it as 2026=-1.2,0.4 (shift, error) or 2026=70.1,0.6,68.9,0.6 (old, error, new, error)."
        raise Refusal(f"--bridge {given!r} is not understood. {ways}")
    if min(figures[1:4:2]) < 0:
        raise Refusal(f"--bridge {given!r} needs a standard error of 0 or more.")
    if len(figures) == 2:
        return wave, csi_model.bridge_shift((0, 0), (figures[0], figures[1]))
    old, old_error, new, new_error, *rest = figures
    return wave, csi_model.bridge_shift((old, old_error), (new, new_error), covariance=sum(rest))


def summary(document: dict[str, Any]) -> str:
    """Say the series in a few lines for people."""
    lines = [f"{document['index']}, weights of {document['base']}", "", "  wave            index  interval"]
    for each in document["waves"]:
        point = each["official"]
        lines.append(f"  {each['wave']:<14}{point['value']:>7.1f}  {span(point):<14}{_said(each['change'])}")
    if document["tree"] is not None:
        lines += ["", "Tree score, {kind} weights of {base}".format(**document["tree"])]
        for each in document["tree"]["waves"]:
            lines.append(
                f"  {each['wave']:<14}{each['points']:>7.1f}  {span(each):<14}{_moved(each['change'])}"
            )
    lines += ["", *_drift_lines(document), ""]
    for each in document["why"]:
        if "refused" in each:
            lines.append(f"{each['from']} → {each['to']}: not split. {each['refused']['message']}")
            continue
        named = [name for name in ("answers", "weights", "mix", "form") if name in each]
        parts = ", ".join(f"{name} {each[name]['value']:+.1f}" for name in named)
        lines.append(f"{each['from']} → {each['to']}: {each['change']['value']:+.1f} = {parts}")
    lines += [
        "Break between {before} and {after}: {kind} of {items}.".format(**each, items=", ".join(each["what"]))
        for each in document["breaks"]
    ]
    if document["control"] is not None:
        signals = [each["wave"] for each in document["control"]["signals"]]
        lines.append("Out of the ordinary: " + (", ".join(signals) if signals else "no wave."))
    lines += [f"Caution: {caution['message']} {caution['remedy']}" for caution in _doubts(document)]
    return "\n".join(lines)


def _doubts(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the cautions of the series, and those of its waves with the waves that each holds for."""
    told = {(each["code"], each["message"]) for each in document["cautions"]}
    found: dict[tuple[str, str], tuple[dict[str, Any], list[str]]] = {}
    for wave in document["waves"]:
        for each in wave["cautions"]:
            key = each["code"], each["message"]
            if key not in told and each["code"] != "indicative":  # which the series itself says of its waves
                found.setdefault(key, (each, []))[1].append(wave["wave"])
    return [*document["cautions"]] + [
        each | {"message": f"Wave {', '.join(waves)}: {each['message']}"} for each, waves in found.values()
    ]


def _drift_lines(document: dict[str, Any]) -> list[str]:
    """Say how the last wave's figures moved, horizon by horizon; a star marks what is more than chance."""
    wave, nodes = list(document["drift"].items())[-1]
    rows = []
    for name, moves in nodes.items():
        told = set()
        for horizon, move in moves.items():
            if move["value"] is None or (move["against"], "per" in move) in told:
                continue
            told.add((move["against"], "per" in move))
            mark = {"up": "*", "down": "*", "hint": "?"}.get(move["verdict"], "")
            per = f" a {move['per']}" if "per" in move else ""
            cells = (
                f"{horizon}, {move['against']}",
                f"{move['value']:+.1f}{per}",
                span(move, "{:+.1f}"),
                mark,
            )
            rows.append((name, *cells))
    if not rows:
        return []
    head = (f"{wave} against", "", "change", "interval", "")
    return [*aligned([head, *rows]), "* more than chance among all of these   ? only if looked at alone"]


def _moved(change: dict[str, Any] | None) -> str:
    if change is None or not span(change):
        return ""
    return f"  {change['value']:+.1f} {span(change, '{:+.1f}')}"


def _said(change: dict[str, Any] | None) -> str:
    if change is None:
        return ""
    return f"{_moved(change)} {VERDICTS[change['verdict']]}"
