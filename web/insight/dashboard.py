"""What a dashboard shows, as plain values and figures for its template."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from csi_model.series.breaks import Break
from surveys.document.wording import fill, piped_names
from surveys.editing import publishing
from surveys.models import Wave
from web import figures
from web.i18n import choose, text
from web.insight import change, results, wording
from web.insight.change import Change, Point, point
from web.insight.results import WaveResult

INDICATIVE = 100
# What is shown for all customers together only.
OF_THE_WHOLE = (
    "tier_chart",
    "tiers_chart",
    "segments_chart",
    "segment_texts",
    "groups_charts",
    "priorities",
    "companions",
)
FIRST = 8  # priorities shown; more is a list nobody acts upon


class Chart(NamedTuple):
    """A figure with the same numbers as a table: for screen readers, print and phones without JavaScript."""

    figure: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Row(NamedTuple):
    """One figure of a list: where it leads, what it is, and how it moved."""

    code: str
    name: str
    point: Point
    change: Change | None = None
    note: str = ""


def overview(session: Session, found: Sequence[WaveResult], part: str) -> dict[str, Any]:
    """Give everything on the first page for the last wave of `found`."""
    last = found[-1]
    own = last.part(part)
    groups = parts(session, last)
    page: dict[str, Any] = {
        "title": text(last.wave.title),
        "part": part,
        "part_label": groups.get(part, ""),
        "parts": groups,
        "figures": own,
    }
    if own is None:
        return page
    names = {code: text(node["name"]) for code, node in last.result["constructs"].items()}
    series = change.index_series(found, part)
    before = text(found[-2].wave.title) if len(found) > 1 else ""
    page |= {
        "index_id": last.result["index"]["id"],
        "index": series.official[-1],
        "index_change": series.changes[-1],
        "index_sentence": wording.change_text(series.changes[-1], before),
        "index_chart": _index_chart(found, series),
        "index_breaks": wording.break_texts(series.breaks, _titles(found)),
        "is_indicative": own["n_used"] < INDICATIVE,
        "constructs": _construct_rows(found, part, own, names, last.result["index"]["id"]),
        "loyalty_chart": _loyalty_chart(found, part, names),
        "value_chart": _facets(last, own, "VAL"),
        "switching_chart": _facets(last, own, "SWC"),
        "cautions": wording.caution_texts({each["code"] for each in last.result["cautions"]}),
    }
    page["construct_chart"] = _bars(
        [row for row in page["constructs"] if row.code != page["index_id"]], heading=_("Topic")
    )
    page |= dict.fromkeys(OF_THE_WHOLE)
    if not part:
        page |= {
            "tier_chart": _tier_chart(last),
            "tiers_chart": _tiers_over_waves(found),
            "segments_chart": _segments_chart(last),
            "segment_texts": list(wording.SEGMENTS.values()),
            "groups_charts": _groups_charts(found, groups, page["index"]),
            "priorities": _priorities(last),
            "companions": last.result.get("companions", {}),
        }
    return page


def drill_down(session: Session, found: Sequence[WaveResult], part: str, construct: str) -> dict[str, Any]:
    """Give the page of one construct: itself over the waves, its dimensions, their questions."""
    last = found[-1]
    own = last.part(part)
    groups = parts(session, last)
    node = last.result["constructs"][construct]
    page: dict[str, Any] = {
        "title": text(node["name"]), "part": part, "part_label": groups.get(part, ""),
        "parts": groups, "construct": construct, "figures": own, "valence": node["valence"],
        "is_index": construct == last.result["index"]["id"],
    }  # fmt: skip
    if own is None:
        return page
    names = {construct: page["title"]}
    texts = _question_texts(last.wave)
    moved = change.construct_changes(found, part, list(own["constructs"]))[construct]
    breaks = change.construct_breaks(found, construct)
    before = text(found[-2].wave.title) if len(found) > 1 else ""
    dimensions = [
        (Row(code, text(each["name"]), point(each)), each["weight_share"], _questions(own, texts, code))
        for code, each in own["dimensions"].items()
        if each["construct"] == construct
    ]
    page |= {
        "point": point(own["constructs"][construct]),
        "change": moved,
        "sentence": wording.change_text(moved, before),
        "worth": _worth(last, construct) if not part else None,
        "over_waves": _construct_over_waves(found, part, construct, names),
        "breaks": wording.break_texts(breaks, _titles(found)),
        "dimensions": dimensions,
        "dimension_chart": _bars([row for row, _share, _rows in dimensions], heading=_("Dimension")),
    }
    return page


def table(wave: WaveResult, own: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Give the four levels row by row: level, code, name, points and interval."""
    texts = _question_texts(wave.wave)
    index = own["index"]
    yield 1, index["id"], _("Customer satisfaction index"), *_ends(point(index))
    for code, node in own["constructs"].items():
        yield 2, code, text(node["name"]), *_ends(point(node))
        for inner, dimension in own["dimensions"].items():
            if dimension["construct"] == code:
                yield 3, inner, text(dimension["name"]), *_ends(point(dimension))
                for row, _share in _questions(own, texts, inner):
                    yield 4, row.code, row.name, *_ends(row.point)


def _ends(figure: Point) -> tuple[str, str, str]:
    value, low, high = (_number(each) for each in figure)
    return value, low, high


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def _range(figure: Point) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.1f} – {figure.high:.1f}"


def _headings(first: str) -> tuple[str, ...]:
    return first, _("Points"), _("Range")


def _question_texts(wave: Wave) -> dict[str, str]:
    """Give the text of every question and row, holes filled as far as they can be without a respondent."""
    document = publishing.load_document(wave.version)
    settings = {name: value for name, value in wave.settings.items() if isinstance(value, dict)}
    names = piped_names(document, {}, settings, choose())
    return {code: fill(text(question.text), names) for code, question in document.by_code.items()}


def _questions(own: Mapping[str, Any], texts: Mapping[str, str], dimension: str) -> list[tuple[Row, float]]:
    return [
        (Row(code, texts[code], point(each)), each["weight_share"])
        for code, each in own["indicators"].items()
        if each["dimension"] == dimension
    ]


def parts(session: Session, wave: WaveResult) -> dict[str, str]:
    """Give the groups that can be looked at, by key, in the order of the result."""
    keys = list(wave.result["groups"])
    units = results.unit_names(session, [key.partition(":")[2] for key in keys])
    names = {code: text(name) for code, name in units.items()}
    return {key: wording.part_label(key, names) for key in keys}


def _bars(rows: Sequence[Row], *, heading: str) -> Chart:
    figure = figures.bars([row.name for row in rows], [row.point for row in rows])
    cells = [(row.name, _number(row.point.value), _range(row.point)) for row in rows]
    return Chart(figure, _headings(heading), cells)


def _construct_rows(
    found: Sequence[WaveResult], part: str, own: Mapping[str, Any], names: Mapping[str, str], index: str
) -> list[Row]:
    others = [code for code in own["constructs"] if code != index]
    moved = change.construct_changes(found, part, others)
    return [
        Row(
            code,
            names[code],
            point(own["constructs"][code]),
            moved[code],
            _("lower is better") if own["constructs"][code]["valence"] < 0 else "",
        )
        for code in others
    ]


def _titles(found: Sequence[WaveResult]) -> dict[str, str]:
    return {each.wave.code: text(each.wave.title) for each in found}


def _over_waves(
    found: Sequence[WaveResult],
    lines: Sequence[tuple[str, Sequence[Point]]],
    breaks: Sequence[Break] = (),
) -> Chart:
    by_code = _titles(found)
    titles = list(by_code.values())
    crossed = {step for each in breaks for step in each.steps(list(by_code))}
    cut = [at for at, code in enumerate(by_code) if code in crossed]
    rows = [
        (
            _("%(wave)s (not comparable with the wave before)", wave=title) if at in cut else title,
            *(cell for _name, points in lines for cell in (_number(points[at].value), _range(points[at]))),
        )
        for at, title in enumerate(titles)
    ]
    headings = [_("Wave")]
    for name, _points in lines:
        headings += [name, _("Range")]
    return Chart(figures.over_waves(titles, lines, cut=cut), tuple(headings), rows)


def _index_chart(found: Sequence[WaveResult], series: change.IndexSeries) -> Chart:
    return _over_waves(
        found,
        [
            (_("Index, same weights in all waves"), series.official),
            (_("Index, weights estimated anew"), series.re_estimated),
        ],
        series.breaks,
    )


def _construct_over_waves(
    found: Sequence[WaveResult], part: str, construct: str, names: Mapping[str, str]
) -> Chart:
    points = [
        point(own["constructs"].get(construct)) if (own := each.part(part)) is not None else Point(None)
        for each in found
    ]
    return _over_waves(found, [(names[construct], points)], change.construct_breaks(found, construct))


def _loyalty_chart(found: Sequence[WaveResult], part: str, names: Mapping[str, str]) -> Chart | None:
    return _construct_over_waves(found, part, "LOY", names) if "LOY" in names else None


def _facets(wave: WaveResult, own: Mapping[str, Any], construct: str) -> Chart | None:
    if construct not in own["constructs"]:
        return None
    rows = [Row(construct, _("Overall"), point(own["constructs"][construct]))]
    rows += [
        Row(code, text(wave.result["dimensions"][code]["name"]), point(each))
        for code, each in own["dimensions"].items()
        if each["construct"] == construct
    ]
    return _bars(rows, heading=_("Facet"))


def _tier_chart(wave: WaveResult) -> Chart | None:
    tiers = wave.result.get("expectations")
    if not tiers:
        return None
    names = [str(wording.TIERS[each["tier"]]) for each in tiers]
    expected, perceived, gap = (
        [point(each[side]) for each in tiers] for side in ("expected", "perceived", "gap")
    )
    labels = (_("Expected"), _("Experienced"))
    figure = figures.gaps(
        names, [each.value for each in expected], [each.value for each in perceived], labels
    )
    rows = [
        (name, *(_number(side[at].value) for side in (expected, perceived, gap)), _range(gap[at]))
        for at, name in enumerate(names)
    ]
    return Chart(figure, (_("Tier"), *labels, _("Gap"), _("Range of the gap")), rows)


def _tiers_over_waves(found: Sequence[WaveResult]) -> Chart | None:
    last = found[-1].result.get("expectations")
    if not last:
        return None
    lines = []
    for each in last:
        points = []
        for wave in found:
            by_tier = {tier["tier"]: tier for tier in wave.result.get("expectations") or ()}
            points.append(
                point(by_tier[each["tier"]]["expected"]) if each["tier"] in by_tier else Point(None)
            )
        lines.append((str(wording.TIERS[each["tier"]]), points))
    system = publishing.load_document(found[-1].wave.version).indicators
    expected = {
        found[-1].result["dimensions"][gap.expected]["construct"] for gap in (system.gaps if system else ())
    }
    breaks = [each for construct in sorted(expected) for each in change.construct_breaks(found, construct)]
    return _over_waves(found, lines, breaks)


def _segments_chart(wave: WaveResult) -> Chart | None:
    found = wave.result.get("retention")
    if not found:
        return None
    names = [str(wording.SEGMENTS[name][0]) for name in found["segments"]]
    points = [
        Point(*(None if each is None else 100 * each for each in point(share)))
        for share in found["segments"].values()
    ]
    rows = [(name, _number(each.value), _range(each)) for name, each in zip(names, points, strict=True)]
    headings = (_("Customers"), _("Share in %"), _("Range"))
    return Chart(figures.bars(names, points, ends=None, unit=" %"), headings, rows)


def _groups_charts(
    found: Sequence[WaveResult], parts: Mapping[str, str], whole: Point
) -> list[tuple[str, Chart]]:
    charts = []
    last = found[-1]
    for kind, heading in (("county", _("By district")), ("customer_class", _("By customer class"))):
        keys = [key for key in parts if key.startswith(f"{kind}:") and last.part(key) is not None]
        if not keys:
            continue
        points = [change.index_series([last], key, over=found).official[-1] for key in keys]
        sizes = [(last.part(key) or {})["n_used"] for key in keys]
        names = [parts[key] for key in keys]
        muted = [at for at, size in enumerate(sizes) if size < INDICATIVE]
        rows = [
            (name, _number(each.value), _range(each), str(size))
            for name, each, size in zip(names, points, sizes, strict=True)
        ]
        figure = figures.dots(names, points, reference=whole, muted=muted)
        charts.append((heading, Chart(figure, (*_headings(_("Group")), _("Answers")), rows)))
    return charts


def _priorities(wave: WaveResult) -> list[dict[str, Any]]:
    nodes = wave.result["dimensions"]
    return [
        {
            "name": text(nodes[each["dimension"]]["name"]),
            "construct": nodes[each["dimension"]]["construct"],
            "points": each["points"],
            "gain": 5 * each["importance"],
            "is_firm": each["top_share"] >= 0.9,
        }
        for each in (wave.result.get("priorities") or [])[:FIRST]
    ]


def _worth(wave: WaveResult, construct: str) -> float | None:
    """Give what one point more of a construct is worth to the index, in points."""
    target = wave.result["index"]["id"]
    for effect in wave.result["total_effects"]:
        if (effect["source"], effect["target"]) == (construct, target):
            return float(effect["points_per_point"])
    return None
