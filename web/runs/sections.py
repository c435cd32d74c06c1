"""What a run stores beside the model: the index's parts for the series, tiers, segments, priorities."""

from collections.abc import Callable
from typing import Any

import csi_model
from surveys.document.indicators import IndicatorSystem

OF_A_TIER = ("se", "ci", "state")


def beside(system: IndicatorSystem, sample: csi_model.Sample, result: csi_model.Result) -> dict[str, Any]:
    """Give everything the dashboards show that the estimation's own document lacks.

    A part that the answers cannot carry is None, and the reason stands under ``notes``.
    """
    parts: dict[str, Callable[[], Any]] = {
        "items": lambda: series_items(sample, result),
        "expectations": lambda: _expectations(
            system, sample, _taken(sample, result) | {"indicative": result.options.indicative}
        ),
        "retention": lambda: _retention(system, sample, result),
        "priorities": lambda: _priorities(system, result),
        "tree": lambda: _tree(system, result),
    }
    found: dict[str, Any] = {"notes": [], "roles": system.played()}
    for name, part in parts.items():
        try:
            found[name] = part()
        except csi_model.ModelError as error:
            found[name] = None
            found["notes"].append(error.plain() | {"code": f"{name}-{error.code}"})
    return found


def series_items(sample: csi_model.Sample, result: csi_model.Result) -> dict[str, Any]:
    """Give what a series with frozen weights needs: the questions' mean points, covariance and shares."""
    found, spec = csi_model.items_of(sample, result), result.spec
    shares = {
        name: {
            code: share
            for code, share, is_in in zip(
                found.codes, found.shares[:, at].tolist(), spec.block_mask[:, at], strict=True
            )
            if is_in
        }
        for name, at in spec.place.items()
        if spec.scored[at]
    }
    return {
        "codes": list(found.codes),
        "means": found.means.tolist(),
        "covariance": found.covariance.tolist(),
        "shares": shares,
    }


def _taken(sample: csi_model.Sample, result: csi_model.Result) -> dict[str, Any]:
    """Give how figures beside the model are taken: as the run was."""
    clusters = None if sample.clusters is None else sample.clusters.number
    options = result.options
    return {"weights": sample.weights, "clusters": clusters, "floor": options.floor, "level": options.level}


def _expectations(
    system: IndicatorSystem, sample: csi_model.Sample, taken: dict[str, Any]
) -> list[dict[str, Any]] | None:
    if not system.gaps:
        return None
    points = sample.points
    questions = {node.id: list(node.indicators) for _, node in system.dimensions()}
    place = {code: number for number, code in enumerate(sample.codes)}
    answers_of: dict[str, tuple[list[str], list[str]]] = {
        gap.tier: (
            questions[gap.expected],
            [code for dimension in gap.perceived for code in questions[dimension]],
        )
        for gap in system.gaps
    }
    answers: dict[str, csi_model.TierAnswers] = {
        tier: csi_model.TierAnswers(*(points[:, [place[code] for code in side]] for side in sides))
        for tier, sides in answers_of.items()
    }
    gaps = csi_model.expectation_gaps(answers, **taken)
    return [
        {
            "tier": tier,
            "questions": [*answers_of[tier][0], *answers_of[tier][1]],
            "n": int(gaps.n[at]),
            "verdict": gaps.verdict[at],
            "expected": gaps.expected.at(at).plain(parts=OF_A_TIER),
            "perceived": gaps.perceived.at(at).plain(parts=OF_A_TIER),
            "gap": gaps.gap.at(at).plain(parts=OF_A_TIER),
        }
        for at, tier in enumerate(gaps.tiers)
    ]


def _retention(
    system: IndicatorSystem, sample: csi_model.Sample, result: csi_model.Result
) -> dict[str, Any] | None:
    place = result.spec.place
    satisfaction, cost, loyalty = (
        place.get(system.played().get(role, "")) for role in ("satisfaction", "switching_cost", "loyalty")
    )
    if satisfaction is None or cost is None:
        return None
    scores = csi_model.respondent_scores(result, sample)
    cuts = (system.cuts.satisfied, system.cuts.costly)
    found = csi_model.retention_map(
        scores[:, satisfaction],
        scores[:, cost],
        loyalty=None if loyalty is None else scores[:, loyalty],
        cuts=cuts,
        **_taken(sample, result),
    )
    return {
        "cuts": list(cuts),
        "n": found.n_used,
        "segments": {
            name: found.shares.at(at).plain(parts=("ci",)) for at, name in enumerate(found.segments)
        },
        "loyalty": None
        if found.loyalty is None
        else {name: found.loyalty.at(at).plain(parts=("ci",)) for at, name in enumerate(found.segments)},
    }


def _tree(system: IndicatorSystem, result: csi_model.Result) -> dict[str, Any] | None:
    """Give the tree score with equal weights, which are the same in every wave."""
    if not any(construct.tree for construct in system.constructs):
        return None
    return csi_model.tree_document(result, "equal")


def _priorities(system: IndicatorSystem, result: csi_model.Result) -> list[dict[str, Any]] | None:
    """Rank the dimensions that management can move by what they would add to the index.

    Expectations are managed, not raised, and what `drives` nothing or runs the other way is no lever.
    """
    spec = result.spec
    if result.resampled is None or not spec.dimensions:
        return None
    expected = {gap.expected for gap in system.gaps}
    positive = result.figure("importance_dimensions").value > 0
    levers = [
        node.id
        for at, (construct, node) in enumerate(system.dimensions())
        if construct.drives
        and construct.valence == 1
        and construct.id != spec.index
        and not expected & {dimension.id for dimension in construct.dimensions}
        and positive[at]
        and node.id == spec.dimensions[at][1].id
    ]
    if len(levers) < 2:
        return None
    ranking = csi_model.rank(result, "dimensions", among=levers)
    if ranking is None:
        return None
    return [
        {
            "dimension": ranking.names[at],
            **ranking.place_of(at),
            "importance": float(ranking.importance.value[at]),
            "points": float(ranking.performance.value[at]),
            "gain": ranking.gain.at(at).plain(parts=("ci",)),
            "potential": ranking.potential.at(at).plain(parts=("ci",)),
        }
        for at in ranking.order.tolist()
    ]
