"""`manyi figures`: what stands beside the index: NPS, top boxes, effort, Kano, price tolerance, facets."""

import re
from pathlib import Path
from typing import Any

import click
import numpy as np

import csi_model
from web.cli import Refusal, analysis, companions, files
from web.cli.companions import Ask, Given, How


@click.command()
@click.argument("answers", type=files.READ)
@click.option("--nps", metavar="COLUMN", multiple=True, help="Net promoter score of answers 0-10.")
@click.option(
    "--boxes",
    metavar="COLUMN[=LOW-HIGH]",
    multiple=True,
    help="Top and bottom boxes and mean, e.g. customer effort: EFFORT=1-7.",
)
@click.option(
    "--top", metavar="N", type=click.IntRange(1), default=2, show_default=True, help="Boxes an end."
)
@click.option(
    "--kano", metavar="WITH,WITHOUT", multiple=True, help="Class of a service: its pair of columns, 1-5."
)
@click.option(
    "--price",
    metavar="PERCENT=COLUMN",
    multiple=True,
    help="Likelihood to stay if the price rises by so much; once a step.",
)
@click.option("--facet", metavar="NAME=COLUMN,…", multiple=True, help="Score of these columns together.")
@click.option(
    "--scale",
    metavar="LOW-HIGH",
    default="1-10",
    show_default=True,
    help="Of --boxes without their own, --price (0-1 for no and yes) and --facet.",
)
@click.option(
    "--missing-codes",
    metavar="CODE,…",
    show_default=f"those of {analysis.codes_of_gaps()} that are on no scale",
    help="What means no answer.",
)
@click.option("--by", metavar="COLUMN", help="Also for each value of this column.")
@analysis.weights
@click.option("--clusters", "--cluster", "clusters", metavar="COLUMN", help="Whoever may answer alike.")
@analysis.level
@analysis.seed
@analysis.json_file
def figures(
    answers: Path,
    nps: tuple[str, ...],
    boxes: tuple[str, ...],
    top: int,
    kano: tuple[str, ...],
    price: tuple[str, ...],
    facet: tuple[str, ...],
    scale: str,
    missing_codes: str | None,
    by: str | None,
    weights: str | None,
    clusters: str | None,
    level: float,
    seed: int,
    json_file: Path | None,
) -> None:
    """Give figures that stand beside the index and never enter it, each with its interval.

    Example: manyi figures answers.csv --nps LIKELY --boxes EFFORT=1-7 --by county

    Kano and price: manyi figures answers.csv --kano APP.with,APP.without --price 5=STAY5 --price 10=STAY10
    """
    asks = _asks(nps, boxes, top, kano, price, facet, _scale(scale, "--scale"))
    if not asks:
        raise click.UsageError("Say what is wanted: --nps, --boxes, --kano, --price or --facet.")
    columns = analysis.read_named(
        answers, *(name for ask in asks for name in ask.columns), by, weights, clusters
    )
    sample = csi_model.prepare_rated(
        [name for ask in asks for name in ask.columns],
        columns,
        [ask.scale for ask in asks for _ in ask.columns],
        weights=None if weights is None else columns[weights],
        clusters=None if clusters is None else columns[clusters],
        labels={} if by is None else {by: columns[by]},
        missing_codes=_codes(missing_codes, asks),
    )
    cautions: list[dict[str, str]] = []
    document: dict[str, Any] = {"n_respondents": len(sample), "level": level, "by": by}
    document["figures"] = _made(asks, sample, level, seed, cautions)
    if not any(made for own in document["figures"].values() for made in own.values()):
        raise Refusal("\n".join("{figure}: {message} {remedy}".format(**each) for each in cautions))
    document["groups"] = {}
    if by is not None:
        cautions += [caution.plain() for caution in sample.unlabelled(by)]
        for name, part in sample.split(by).samples.items():
            own: list[dict[str, str]] = []
            seed_of_part = csi_model.seed_of_group(seed, by, name)
            document["groups"][name] = _made(asks, part, level, seed_of_part, own)
            cautions += [{"group": name} | caution for caution in own]
    document["cautions"] = cautions
    if json_file is not None:
        analysis.write_json(document, json_file)
    click.echo(companions.summary(document), err=True)


def _asks(
    nps: tuple[str, ...],
    boxes: tuple[str, ...],
    top: int,
    kano: tuple[str, ...],
    price: tuple[str, ...],
    facet: tuple[str, ...],
    usual: tuple[int, int],
) -> list[Ask]:
    """Read what is asked for."""
    asks = [companions.net_promoter(column) for column in nps]
    for each in boxes:
        column, _, own = each.partition("=")
        asks.append(companions.boxes(column, _scale(own, "--boxes") if own else usual, top))
    for each in kano:
        pair = analysis.names(each)
        if len(pair) != 2:
            raise Refusal(f"--kano {each} is no pair of columns. Write it as APP.with,APP.without.")
        asks.append(companions.kano(*pair))
    if price:
        asks.append(companions.price(_steps(price), usual))
    if facet:
        asks.append(companions.facets(_facets(facet), usual))
    chosen: dict[tuple[str, str], Ask] = {}
    for ask in asks:
        first = chosen.setdefault((ask.kind, ask.name), ask)
        if (first.columns, first.scale) != (ask.columns, ask.scale):
            raise Refusal(f"--{ask.kind} asks for {ask.name} twice, each time otherwise. Ask for it once.")
    return list(chosen.values())


def _made(
    asks: list[Ask], sample: csi_model.Sample, level: float, seed: int, cautions: list[dict[str, str]]
) -> dict[str, Any]:
    """Make the figures of a sample; one that it does not allow is None, and a caution says why."""
    clusters = None if sample.clusters is None else sample.clusters.number
    how: How = {"weights": sample.weights, "clusters": clusters, "level": level}
    found: dict[str, Any] = {}
    start = 0
    for ask in asks:
        own = slice(start, start + len(ask.columns))
        start = own.stop
        given = Given(sample.values[:, own], sample.points[:, own])
        try:
            made, doubts = ask.make(given, seed, how)
            found.setdefault(ask.kind, {})[ask.name] = csi_model.plain(made)
            cautions += [{"figure": ask.name} | doubt.plain() for doubt in doubts]
        except csi_model.DataError as error:
            found.setdefault(ask.kind, {})[ask.name] = None
            cautions.append({"figure": ask.name} | error.plain())
    return found


def _scale(text: str, option: str) -> tuple[int, int]:
    parts = re.fullmatch(r"(-?\d{1,6})-(-?\d{1,6})", text.strip())
    if parts is None or int(parts[1]) >= int(parts[2]):
        raise Refusal(f"{option} {text} is no scale. Write its lowest and highest answer: 1-10.")
    return int(parts[1]), int(parts[2])


def _codes(text: str | None, asks: list[Ask]) -> list[float]:
    if text is None:
        usual, scales = map(float, analysis.names(analysis.codes_of_gaps())), [ask.scale for ask in asks]
        return [code for code in usual if not any(low <= code <= high for low, high in scales)]
    try:
        return [float(each) for each in analysis.names(text)]
    except ValueError:
        raise Refusal(
            f"--missing-codes {text} is no list of numbers. Write it as {analysis.codes_of_gaps()}."
        ) from None


def _steps(price: tuple[str, ...]) -> dict[float, str]:
    steps: dict[float, str] = {}
    for text in price:
        percent, _, column = text.partition("=")
        try:
            increase = float(percent)
        except ValueError:
            increase = np.nan
        if not 0 < increase < np.inf or not column:
            raise Refusal(
                f"--price {text} is not understood. Write a rise in percent and its column: 5=STAY5."
            )
        if increase in steps:
            raise Refusal(f"--price names {increase:g} % twice. Give each step one column.")
        steps[increase] = column
    return steps


def _facets(facet: tuple[str, ...]) -> dict[str, list[str]]:
    facets: dict[str, list[str]] = {}
    for text in facet:
        name, _, columns = text.partition("=")
        if not name or not analysis.names(columns):
            raise Refusal(f"--facet {text} is not understood. Write it as benefit=VAL1,VAL2.")
        facets.setdefault(name, []).extend(analysis.names(columns))
    names = [name for own in facets.values() for name in own]
    if twice := [name for name in names if names.count(name) > 1]:
        raise Refusal(f"--facet names {twice[0]} twice. A column belongs to one facet.")
    return facets
