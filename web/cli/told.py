"""An estimation in a few lines for people."""

from typing import Any

from web.cli import analysis
from web.cli.table import span

MOST_TOLD = 3
ENOUGH = 0.7  # a correlation, half of the variance: Chin (1998)


def summary(document: dict[str, Any]) -> str:
    """Say the result in a few lines for people."""
    how = document.get("estimator", document["scheme"])
    lines = ["{n_used} of {n_respondents} respondents, {method}, {how}".format(how=how, **document)]
    for name, construct in document["constructs"].items():
        mark = "  ← index" if name == document["index"]["id"] else ""
        ends = span(construct)
        interval = f"  {ends}" if ends else ""
        points = "     –" if construct["points"] is None else f"{construct['points']:6.1f}"
        lines.append(f"  {name:<16}{points}{interval}{mark}")
    scored = document.get("tree", {"cautions": []})
    if "points" in scored:
        told = f"{scored['points']:.1f} {span(scored)}".rstrip()
        lines.append(f"Tree score ({scored['kind']} weights): {told}")
    for tier in ("above", "below") if document.get("side_by_side") else ():
        groups = document["side_by_side"]["groups"]
        names = [name for name, each in groups.items() if each["tier"] == tier]
        lines.append(f"Groups clearly {tier} all together: {', '.join(names) or 'none'}")
    lines += [
        "{name} := {formula}: {est:.3f} {ends}".format(ends=span(each, "{:.3f}", key="est"), **each)
        for each in document.get("defined", ())
        if each["est"] is not None
    ]
    if "weighting" in document:
        lines.append(weights_line(document))
    checks = document.get("assessment", {"cautions": []})
    if checks.get("prediction"):
        of_pls = "" if document["method"] == "pls" else " (of the PLS model)"
        lines.append(f"Predictive power out of sample{of_pls}: {checks['prediction']['power']}")
    lines += _loss_lines(checks)
    if checks.get("exact_fit"):
        name = "chi2" if checks["exact_fit"]["method"] == "cbsem" else "srmr"
        kind = {"chi2": "chi-square, Bollen–Stine", "srmr": "SRMR"}[name]
        lines.append(f"Exact fit ({kind}): p = {checks['exact_fit'][name]['p']:.3f}")
    lines += _fit_lines(checks)
    return "\n".join(
        [*lines, *analysis.caution_lines([*document["cautions"], *scored["cautions"], *checks["cautions"]])]
    )


def _loss_lines(checks: dict[str, Any]) -> list[str]:
    """Say whether losses out of sample are lower than those of the benchmarks, and of another model."""
    lines = []
    names = {"indicator_average": "the indicator average", "linear_model": "the linear model"}
    for key, name in names.items() if checks.get("cvpat") else ():
        lines.append(f"CVPAT against {name}: {_loss(checks['cvpat']['overall'][key])}")
    if checks.get("against"):
        lines.append(f"CVPAT against the other model: {_loss(checks['against']['overall'])}")
    return lines


def _loss(test: dict[str, Any]) -> str:
    chance = "no difference" if test["p"] is None else f"p = {test['p']:.3f}"
    return f"loss {test['loss']:.3f}, its {test['rival_loss']:.3f}, {chance}"


def _fit_lines(checks: dict[str, Any]) -> list[str]:
    """Say what a covariance model leaves out, and how well questions cover the one on the whole."""
    lines = []
    if would := checks.get("modification"):
        first = ", ".join("{lhs} {op} {rhs} (chi² −{mi:.1f})".format(**each) for each in would[:MOST_TOLD])
        lines.append(f"Would fit better with: {first}")
    for each in checks.get("redundancy") or []:
        verdict = "enough" if each["value"] >= ENOUGH else "below 0.7: something is left out"
        figure = f"{each['value']:.2f} {span(each, '{:.2f}')}"
        lines.append(f"Redundancy of {each['construct']}: {figure}, {verdict}")
    return lines


def weights_line(document: dict[str, Any]) -> str:
    """Say what the weights cost, and what the index is without them."""
    cost, plain = document["weighting"], document["weighting"]["index_unweighted"]
    without = "unknown: no solution" if plain is None else f"{plain:.1f}"
    return (
        f"Weights: {document['n_used']} answers tell as much as {cost['n_effective']:.0f} of equal weight "
        f"(design effect {cost['design_effect']:.2f}, largest weight {cost['max_over_mean']:.1f} times "
        f"the mean). Index without weights: {without}"
    )
