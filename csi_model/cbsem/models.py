"""What may be given as a model: lavaan syntax, or a model specification with names of any kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from csi_model.cbsem.structure import Structure
from csi_model.errors import Caution, SpecificationError


@dataclass(frozen=True)
class Given:
    """A model as syntax; ``names`` maps what stands there to the user's names where they differ."""

    text: str
    missing_codes: tuple[float, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()

    def name(self, written: str) -> str:
        """The user's name of a variable."""
        return self.names.get(written, written)

    def renamed(self, structure: Structure) -> Structure:
        """The structure under the user's names."""
        if not self.names:
            return structure
        return replace(
            structure,
            observed=tuple(self.name(name) for name in structure.observed),
            factors=tuple(self.name(name) for name in structure.factors),
            latent=tuple(self.name(name) for name in structure.latent),
            rows=tuple(
                replace(row, lhs=self.name(row.lhs), rhs=self.name(row.rhs)) for row in structure.rows
            ),
        )


def given(model: Any) -> Given:
    """Accept lavaan syntax, a ``ModelSpec``, or a ``Given``.

    A specification becomes loadings and paths. Formative and unit-weighted constructs are measured
    reflectively here, with a caution.

    Raises
    ------
    SpecificationError
        Something else was given.
    """
    if isinstance(model, Given):
        return model
    if isinstance(model, str):
        return Given(model)
    if not (hasattr(model, "constructs") and hasattr(model, "paths")):
        raise SpecificationError(
            f"A {type(model).__name__} is not a model.",
            code="specification",
            remedy="Give lavaan syntax or a ModelSpec.",
        )
    alias: dict[str, str] = {}

    def write(name: str) -> str:
        if re.fullmatch(r"[^\W\d_][\w.]*", name) and name not in {"NA", "START"}:
            return name
        return alias.setdefault(name, f"name.{len(alias) + 1}.")

    lines, other = [], []
    for construct in model.constructs:
        parts = [*construct.indicators, *getattr(construct, "components", ())]
        if parts:
            lines.append(f"{write(construct.id)} =~ " + " + ".join(write(part) for part in parts))
        if construct.mode != "A" and len(parts) > 1:
            other.append(construct.id)
    lines += [f"{write(target)} ~ {write(source)}" for source, target in model.paths]
    cautions: tuple[Caution, ...] = ()
    if other:
        cautions = (
            Caution(
                "formative-as-reflective",
                f"{', '.join(other)}: the covariance model measures every construct reflectively, so its "
                "items are taken as effects of the construct.",
            ),
        )
    names = {short: name for name, short in alias.items()}
    return Given("\n".join(lines), tuple(model.missing_codes), names, cautions)
