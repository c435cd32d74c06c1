"""What may be given as a model: lavaan syntax, its statements as read, or a model specification."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from csi_model.arrays import I64
from csi_model.errors import Caution, SpecificationError
from csi_model.specify.grammar import Term, Written, parse
from csi_model.specify.lavaan import settings


@dataclass(frozen=True)
class Given:
    """A model's statements, and what stands beside them."""

    written: Written
    missing_codes: tuple[float, ...] = ()
    orthogonal: bool = False
    cautions: tuple[Caution, ...] = ()

    @property
    def blocks(self) -> I64:
        """Number of the construct that each observed variable measures first; others are of their own."""
        home = {term.rhs: term.lhs for term in reversed(self.written.of("=~"))}
        names = [home.get(name, name) for name in self.written.observed]
        return np.array([names.index(name) for name in names], dtype=np.int64)


def given(model: Any) -> Given:
    """Accept lavaan syntax, a ``ModelSpec``, or a ``Given``.

    A specification becomes loadings and paths, one that was read from lavaan syntax keeps all that it says.
    Formative and unit-weighted constructs are measured reflectively here, with a caution.

    Raises
    ------
    SpecificationError
        Something else was given, or the syntax cannot be read.
    """
    if isinstance(model, Given):
        return model
    if isinstance(model, str):
        chosen = settings(model)
        return _checked(Given(parse(model), chosen.missing_codes, chosen.orthogonal))
    if not (hasattr(model, "constructs") and hasattr(model, "paths")):
        raise SpecificationError(
            f"A {type(model).__name__} is not a model.",
            code="specification",
            remedy="Give lavaan syntax or a ModelSpec.",
        )
    codes = tuple(model.missing_codes)
    if (written := getattr(model, "written", None)) is not None:
        return _checked(Given(written, codes, model.orthogonal))
    terms, other = [], []
    for construct in model.constructs:
        parts = [*construct.indicators, *getattr(construct, "components", ())]
        terms += [Term(construct.id, "=~", part) for part in parts]
        if construct.mode != "A" and len(parts) > 1:
            other.append(construct.id)
    terms += [Term(target, "~", source) for source, target in model.paths]
    cautions: tuple[Caution, ...] = ()
    if other:
        cautions = (
            Caution(
                "formative-as-reflective",
                f"{', '.join(other)}: the covariance model measures every construct reflectively, so its "
                "items are taken as effects of the construct.",
                about=tuple(other),
            ),
        )
    return Given(Written(tuple(terms)), codes, cautions=cautions)


def _checked(model: Given) -> Given:
    """Refuse what a covariance model does not hold, and what says nothing or circles."""
    if not model.written.terms:
        raise SpecificationError(
            "The model needs lines with =~, ~ or ~~.",
            code="syntax",
            remedy="Write, for example: SAT =~ SAT1 + SAT2 + SAT3.",
        )
    for term in model.written.terms:
        if term.op == "<~" or ":" in term.rhs:
            what = "composites (<~)" if term.op == "<~" else f"an interaction ({term.rhs})"
            raise SpecificationError(
                f"Line {term.line} uses {what}, which a covariance model does not estimate.",
                code="syntax-unsupported",
                remedy="Use method pls, or leave it out.",
            )
        if term.op == "~" and term.lhs == term.rhs:
            raise SpecificationError(
                f"Line {term.line}: {term.lhs} is regressed on itself.",
                code="regressed-on-itself",
                remedy="Write ~~ for its variance, or leave it out.",
            )
    _check_measured(model.written)
    return model


def _check_measured(written: Written) -> None:
    parts = {name: [t.rhs for t in written.of("=~") if t.lhs == name] for name in written.latent}
    ends: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            raise SpecificationError(
                f"Construct {name} is measured by itself.",
                code="measured-by-itself",
                remedy="Let every construct end in items.",
            )
        for part in parts.get(name, ()):
            if part not in ends:
                visit(part, (*trail, name))
        ends.add(name)

    for name in parts:
        visit(name, ())


def measurement_part(model: Any) -> Given:
    """The loadings of a model, and its covariances between items; paths are left out.

    Raises
    ------
    SpecificationError
        There are no loadings.
    """
    whole = given(model)
    written = whole.written
    items = {term.rhs for term in written.of("=~")} - set(written.latent)
    kept = tuple(
        term
        for term in written.terms
        if term.op == "=~" or (term.op == "~~" and {term.lhs, term.rhs} <= items)
    )
    if not written.of("=~"):
        raise SpecificationError(
            "The model has no loadings (=~), so there is no measurement to compare.",
            code="no-measurement",
            remedy="Give constructs with items.",
        )
    return replace(whole, written=Written(kept))
