"""lavaan syntax to a parameter table: semopy parses, specifies and gives the start values."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from csi_model.arrays import F64
from csi_model.cbsem.starting import fix_single_items, is_written, start_constructs
from csi_model.cbsem.structure import FIXED, MatrixName, Row, Structure
from csi_model.errors import SpecificationError
from csi_model.specify.lavaan import statements

_UNSUPPORTED = (
    (re.compile(r":="), "defined parameters (:=)"),
    (re.compile(r"(?<![=~])~(?!~)\s*(?:[\w.]+\s*\*\s*)?1\s*(\+|$)"), "intercepts (~ 1)"),
    (re.compile(r"\|"), "thresholds (|)"),
    (re.compile(r"\b(start|equal|c)\s*\("), "start(), equal() and c()"),
    (re.compile(r"<~"), "composites (<~)"),
)


def parse(text: str) -> tuple[str, Mapping[str, Mapping[str, Mapping[str, str | None]]]]:
    """Check lavaan syntax and split it into effects.

    Returns
    -------
    text : str
        The statements as semopy wants them, one a line.
    effects : mapping operator -> left -> right -> multiplier or None

    Raises
    ------
    SpecificationError
        A statement cannot be read, or uses what this room does not estimate.
    """
    from semopy.parser import parse_desc  # noqa: PLC0415  semopy takes a second to import

    lines = [line for _, line in statements(text)]
    for line in lines:
        for pattern, what in _UNSUPPORTED:
            if pattern.search(line):
                raise SpecificationError(
                    f"The model line {line!r} uses {what}, which is not supported.",
                    code="syntax-unsupported",
                    remedy="Write loadings (=~), regressions (~), covariances (~~), labels and fixed values.",
                )
    clean = "\n".join(lines)
    try:
        effects, operations = parse_desc(clean)
    except SyntaxError as error:
        raise SpecificationError(
            f"{str(error).replace(chr(10), ' ')!r} is not lavaan syntax.",
            code="syntax",
            remedy="Each line is: left, one of =~ ~ ~~, then names joined by +.",
        ) from None
    strange = set(effects) - {"=~", "~", "~~"}
    if operations or strange or not effects:
        raise SpecificationError(
            "The model needs lines with =~, ~ or ~~ and nothing else"
            + (f"; found {', '.join(sorted([*operations, *strange]))}." if operations or strange else "."),
            code="syntax",
            remedy="Write, for example: SAT =~ SAT1 + SAT2 + SAT3.",
        )
    return clean, effects


def observed_names(text: str) -> tuple[str, ...]:
    """Observed variables of the model in order of appearance, indicators first as in lavaan."""
    _, effects = parse(text)
    latent = list(effects["=~"]) if "=~" in effects else []
    order: list[str] = []
    for op in ("=~", "~", "~~"):
        for left, rights in effects.get(op, {}).items():
            order += [right for right in rights if right not in latent] if op == "=~" else [left, *rights]
    return tuple(dict.fromkeys(name for name in order if name not in latent))


def specify(text: str, values: F64, names: tuple[str, ...], *, single_residual: float = 0.0) -> Structure:
    """One group's structure, start values from the data.

    Parameters
    ----------
    text : str
        lavaan syntax.
    values : ndarray of shape (n, p)
        Answers in the order of ``names``; gaps are filled by means for the start values only.
    names : tuple of str
        Observed variables, as ``observed_names`` orders them.
    single_residual : float
        Residual variance of the only item of a construct, which data cannot tell (lavaan fixes it to 0).

    Raises
    ------
    SpecificationError
        See ``parse``; further when semopy refuses the model.
    """
    import pandas as pd  # noqa: PLC0415
    from semopy.model import Model  # noqa: PLC0415

    clean, effects = parse(text)
    filled = np.where(np.isnan(values), np.nanmean(values, axis=0), values)
    logging.getLogger().disabled, was = True, logging.getLogger().disabled
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = Model(clean, mimic_lavaan=True)
            _give_markers(model, effects)
            model.load(pd.DataFrame(filled, columns=list(names)))
    except SpecificationError:
        raise
    except (KeyError, IndexError, ValueError, NotImplementedError, TypeError) as error:
        raise SpecificationError(
            f"The model could not be specified: {error}.",
            code="specification",
            remedy="Check that every name is a construct or an item, and that no name is both.",
        ) from None
    finally:
        logging.getLogger().disabled = was
    rows = _table(model, effects, names)
    rows = fix_single_items(rows, effects, single_residual)
    rows = start_constructs(rows, effects, dict(zip(names, filled.var(axis=0), strict=True)))
    factors = tuple(model.vars["inner"])
    latent = tuple(name for name in effects.get("=~", {}))
    bare = Structure(names, _factor_order(factors, latent), latent, ())
    return bare.with_rows(_placed(rows, bare))


def _give_markers(model: Any, effects: Any) -> None:
    """Name an item to start every construct's loadings from, where none is fixed.

    Without one semopy's search for a start value never ends; nor does it when constructs are measured
    by one another.
    """
    measured = effects.get("=~", {})
    for latent, items in measured.items():
        if model.first_manifs[latent] is None:
            model.first_manifs[latent] = next(iter(items))
    for latent in measured:
        at, passed = latent, {latent}
        while at in measured:
            at = model.first_manifs[at]
            if at in passed:
                raise SpecificationError(
                    f"Construct {at} is measured by itself.",
                    code="measured-by-itself",
                    remedy="Let every construct end in items.",
                )
            passed.add(at)


def _factor_order(factors: tuple[str, ...], latent: tuple[str, ...]) -> tuple[str, ...]:
    return (*latent, *(name for name in factors if name not in latent))


def _table(model: Any, effects: Any, names: tuple[str, ...]) -> list[Row]:
    """The parameters of semopy as table rows; its alphabetical matrices are left behind."""
    where = {id(matrix): name for matrix, name in zip(model.matrices, model.matrices_names, strict=True)}
    labels = dict(zip(model.matrices_names, model.names, strict=True))
    rows: list[Row] = []
    free = 0
    observed = set(names)
    for name, parameter in model.parameters.items():
        label = "" if re.fullmatch(r"_[a-z]+\d+", name) else name
        # lavaan frees a parameter whose multiplier is NA; semopy would take NA for a label shared by all.
        apart = label == "NA"
        position = FIXED
        if parameter.active and not apart:
            position, free = free, free + 1
        for location in parameter.locations:
            if apart:
                position, free = free, free + 1
            matrix = where[id(location.matrix)]
            left, right = (labels[matrix][axis][k] for axis, k in zip((0, 1), location.indices, strict=True))
            value = float(parameter.start)
            # Exogenous observed variables: semopy fixes their moments to the sample's. Estimated as free
            # parameters they give the same fit and the same other estimates, also with missing answers.
            exogenous = matrix == "psi" and left in observed and not is_written(effects, left, right)
            if position == FIXED and exogenous:
                position, free = free, free + 1
            if matrix in {"lambda", "beta"}:
                measured = left in effects.get("=~", {}).get(right, {})
                lhs, op, rhs = (right, "=~", left) if measured else (left, "~", right)
            else:
                lhs, op, rhs = left, "~~", right
            kind: MatrixName = matrix
            rows.append(Row(0, lhs, op, rhs, kind, 0, 0, position, value, "" if apart else label))
    return rows


def _placed(rows: list[Row], bare: Structure) -> tuple[Row, ...]:
    """Rows in lavaan's order with indices into our matrices, and the unit rows of observed factors."""
    observed = {name: k for k, name in enumerate(bare.observed)}
    factor = {name: k for k, name in enumerate(bare.factors)}
    placed = []
    for row in rows:
        left, right = row.lhs, row.rhs
        if row.op == "=~":
            left, right = right, left
        i = observed[left] if row.matrix in {"lambda", "theta"} else factor[left]
        j = observed[right] if row.matrix == "theta" else factor[right]
        placed.append(Row(0, row.lhs, row.op, row.rhs, row.matrix, i, j, row.free, row.value, row.label))
    first = {"=~": 0, "~": 1, "~~": 2}
    order = {name: k for k, name in enumerate((*bare.observed, *bare.latent))}

    def rank(row: Row) -> tuple[int, ...]:
        if row.op != "~~":
            return (first[row.op], 0)
        apart = row.lhs != row.rhs
        a, b = sorted((order[row.lhs], order[row.rhs]))
        return (first["~~"], int(apart), a, b)

    placed.sort(key=rank)
    placed = [
        row
        if row.op != "~~" or order[row.lhs] <= order[row.rhs]
        else Row(0, row.rhs, "~~", row.lhs, row.matrix, row.j, row.i, row.free, row.value, row.label)
        for row in placed
    ]
    units = [
        Row(0, name, "=~", name, "lambda", observed[name], factor[name], FIXED, 1.0)
        for name in bare.factors
        if name in observed
    ]
    return (*placed, *units)
