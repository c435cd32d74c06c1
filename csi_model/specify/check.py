"""What makes a model impossible, each with its place and remedy."""

from __future__ import annotations

from csi_model.specify.elements import Construct, Parts, refuse


def check(parts: Parts, *, of_composites: bool = True) -> None:
    """Refuse a model that cannot be estimated.

    A construct without paths, and a component with some, are refused `of_composites` alone.

    Raises
    ------
    SpecificationError
        Codes: duplicate, no-constructs, no-indicators, index, unknown-construct, cycle, tied-to-nothing,
        component, interaction.
    """
    names = [construct.id for construct in parts.constructs]
    if not names:
        raise refuse("The model has no constructs.", "no-constructs", "Add at least two and a path.")
    _unique(parts)
    for construct in parts.constructs:
        if not (construct.indicators or construct.components or construct.product):
            raise refuse(
                f"The construct {construct.id} has no indicators.",
                "no-indicators",
                "Give it some, or remove it.",
                construct.id,
            )
    _paths(parts, names)
    if parts.index not in names:
        raise refuse(
            f"The index {parts.index} is no construct.",
            "index",
            f"Choose one of {', '.join(names)}.",
            parts.index,
        )
    known = {construct.id: construct for construct in parts.constructs}
    for construct in parts.constructs:
        if construct.tree and not construct.indicators:
            raise refuse(
                f"The construct {construct.id} is of the tree score, but has no questions of its own.",
                "tree",
                "Flag the constructs that it is made of.",
                construct.id,
            )
        if construct.components:
            _components(construct, known, parts, of_composites=of_composites)
        if construct.product:
            _product(construct, known, parts)
    if of_composites:
        _tied(parts, names)
    cycle = _cycle(parts, names)
    if cycle:
        raise refuse(
            f"The paths run in a circle: {' → '.join(cycle)}.",
            "cycle",
            "Remove one of these paths.",
            " → ".join(cycle),
        )


def _unique(parts: Parts) -> None:
    for kind, values in (
        ("construct", [construct.id for construct in parts.constructs]),
        ("dimension", [node.id for construct in parts.constructs for node in construct.dimensions]),
        ("indicator", [code for construct in parts.constructs for code in construct.indicators]),
    ):
        seen: set[str] = set()
        for value in values:
            if value in seen:
                raise refuse(
                    f"The {kind} {value} stands in the model twice.",
                    "duplicate",
                    "Keep or rename one of them.",
                    value,
                )
            seen.add(value)


def _paths(parts: Parts, names: list[str]) -> None:
    for number, (source, target) in enumerate(parts.paths):
        for name in (source, target):
            if name not in names:
                raise refuse(
                    f"paths[{number}] names {name}, which is no construct.",
                    "unknown-construct",
                    f"Known constructs: {', '.join(names)}.",
                    name,
                )
        if source == target:
            raise refuse(f"paths[{number}] leads from {source} to itself.", "cycle", "Remove it.", source)
        if (source, target) in parts.paths[:number]:
            raise refuse(
                f"The path {source} → {target} stands twice.",
                "duplicate",
                "Remove one.",
                f"{source} → {target}",
            )


def _tied(parts: Parts, names: list[str]) -> None:
    tied = {name for path in parts.paths for name in path}
    tied |= {name for construct in parts.constructs for name in construct.components}
    for name in names:
        if name not in tied:
            raise refuse(
                f"The construct {name} is tied to nothing.",
                "tied-to-nothing",
                "Add a path, or remove it.",
                name,
            )


def _components(
    construct: Construct, known: dict[str, Construct], parts: Parts, *, of_composites: bool
) -> None:
    name = construct.id
    if len(construct.components) < 2:
        raise refuse(
            f"{name} has a single component.", "component", "Name two or more, or use indicators.", name
        )
    for part in construct.components:
        if part not in known or not known[part].indicators:
            raise refuse(
                f"{name} is made of {part}, which is no construct with indicators.",
                "component",
                "Components are first-order constructs of the same model.",
                name,
                part,
            )
        owners = [other.id for other in parts.constructs if part in other.components]
        if len(owners) > 1 or construct.components.count(part) > 1:
            raise refuse(
                f"{part} is a component twice ({', '.join(owners)}).",
                "component",
                "Keep it in one place.",
                part,
            )
        if of_composites and any(part in path for path in parts.paths):
            raise refuse(
                f"{part} is a component of {name} and has a path of its own.",
                "component",
                f"Let the path lead from or to {name}.",
                part,
                name,
            )


def _product(construct: Construct, known: dict[str, Construct], parts: Parts) -> None:
    name = construct.id
    if len(construct.product) != 2 or construct.product[0] == construct.product[1]:
        raise refuse(f"{name} must be the product of two constructs.", "interaction", "Name two.", name)
    if name == parts.index:
        raise refuse(f"The interaction {name} cannot be the index.", "index", "Name another construct.", name)
    for factor in construct.product:
        if factor not in known or not known[factor].indicators:
            raise refuse(
                f"{name} multiplies {factor}, which is no construct with indicators.",
                "interaction",
                "Multiply first-order constructs of the same model.",
                name,
                factor,
            )
    for source, target in parts.paths:
        if target == name:
            raise refuse(
                f"A path leads to the interaction {name}.",
                "interaction",
                "An interaction only has effects.",
                name,
            )
        if source == name:
            for factor in construct.product:
                if (factor, target) not in parts.paths:
                    raise refuse(
                        f"{name} leads to {target}, but {factor} does not.",
                        "interaction",
                        f"Add the path [{factor}, {target}]: an interaction needs both main effects.",
                    )


def _cycle(parts: Parts, names: list[str]) -> list[str]:
    targets: dict[str, list[str]] = {}
    for source, target in parts.paths:
        targets.setdefault(source, []).append(target)
    for construct in parts.constructs:
        for factor in construct.product:
            targets.setdefault(factor, []).append(construct.id)
    done: set[str] = set()
    for start in names:
        trail: list[str] = [start]
        branches = [iter(targets.get(start, []))]
        while branches:
            following = next(branches[-1], None)
            if following is None:
                done.add(trail.pop())
                branches.pop()
            elif following in trail:
                return [*trail[trail.index(following) :], following]
            elif following not in done:
                trail.append(following)
                branches.append(iter(targets.get(following, [])))
    return []
