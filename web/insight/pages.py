"""The pages of a dashboard: which panels stand on each, as plain values for its template."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from web.i18n import text
from web.insight import sentences
from web.insight import series as series_of_waves
from web.insight.panels.base import INDICATIVE, Row, bars_of, titles_of
from web.insight.panels.constructs import construct_over_waves, construct_rows, worth
from web.insight.panels.expectations import tier_chart, tiers_over_waves
from web.insight.panels.facets import facets
from web.insight.panels.groups import groups_charts, parts
from web.insight.panels.index import index_chart
from web.insight.panels.loyalty import loyalty_chart
from web.insight.panels.priorities import priorities
from web.insight.panels.segments import segments_chart
from web.insight.questions import question_texts, questions_of
from web.insight.results import WaveResult
from web.insight.series import point

OF_THE_WHOLE = (
    "tier_chart",
    "tiers_chart",
    "segments_chart",
    "segment_texts",
    "groups_charts",
    "priorities",
    "companions",
)


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
    series = series_of_waves.index_series(found, part)
    before = text(found[-2].wave.title) if len(found) > 1 else ""
    page |= {
        "index_id": last.result["index"]["id"],
        "index": series.official[-1],
        "index_change": series.changes[-1],
        "index_sentence": sentences.change_text(series.changes[-1], before),
        "index_chart": index_chart(found, series),
        "index_breaks": sentences.break_texts(series.breaks, titles_of(found)),
        "is_indicative": own["n_used"] < INDICATIVE,
        "constructs": construct_rows(found, part, own, names, last.result["index"]["id"]),
        "loyalty_chart": loyalty_chart(found, part, names),
        "value_chart": facets(last, own, "VAL"),
        "switching_chart": facets(last, own, "SWC"),
        "cautions": sentences.caution_texts({each["code"] for each in last.result["cautions"]}),
    }
    page["construct_chart"] = bars_of(
        [row for row in page["constructs"] if row.code != page["index_id"]], heading=_("Topic")
    )
    page |= dict.fromkeys(OF_THE_WHOLE)
    if not part:
        page |= {
            "tier_chart": tier_chart(last),
            "tiers_chart": tiers_over_waves(found),
            "segments_chart": segments_chart(last),
            "segment_texts": list(sentences.SEGMENTS.values()),
            "groups_charts": groups_charts(found, groups, page["index"]),
            "priorities": priorities(last),
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
    texts = question_texts(last.wave)
    moved = series_of_waves.construct_changes(found, part, list(own["constructs"]))[construct]
    breaks = series_of_waves.construct_breaks(found, construct)
    before = text(found[-2].wave.title) if len(found) > 1 else ""
    dimensions = [
        (Row(code, text(each["name"]), point(each)), each["weight_share"], questions_of(own, texts, code))
        for code, each in own["dimensions"].items()
        if each["construct"] == construct
    ]
    page |= {
        "point": point(own["constructs"][construct]),
        "change": moved,
        "sentence": sentences.change_text(moved, before),
        "worth": worth(last, construct) if not part else None,
        "over_waves": construct_over_waves(found, part, construct, names),
        "breaks": sentences.break_texts(breaks, titles_of(found)),
        "dimensions": dimensions,
        "dimension_chart": bars_of([row for row, _share, _rows in dimensions], heading=_("Dimension")),
    }
    return page
