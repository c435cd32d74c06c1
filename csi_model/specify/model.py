"""The checked model and its matrices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from csi_model.specify import document, lavaan
from csi_model.specify.check import check
from csi_model.specify.elements import Construct, Dimension, Indicator, Parts, Stated
from csi_model.specify.grammar import Written


@dataclass(frozen=True)
class ModelSpec:
    """A checked model. Matrices are in the order of `construct_ids` and `indicator_ids`.

    Where it was read for the covariance model, `written` is all that lavaan's lines say, and `orthogonal`
    that constructs are not correlated beyond their paths; composite models hold neither.

    Raises
    ------
    SpecificationError
        The message names the place and the remedy: unknown or doubled names, a construct without
        indicators, a cycle, a construct tied to nothing, an unknown index.
    """

    constructs: tuple[Construct, ...]
    paths: tuple[tuple[str, str], ...]
    index: str
    indicators: tuple[Indicator, ...]
    missing_codes: tuple[float, ...] = ()
    written: Written | None = None
    orthogonal: bool = False
    stated: tuple[Stated, ...] = ()
    state_codes: tuple[tuple[int, str], ...] = ()

    def __post_init__(self) -> None:
        check(self.parts, of_composites=self.written is None)

    @property
    def parts(self) -> Parts:
        """The model's parts, as readers and writers hand them on."""
        return Parts(
            self.constructs,
            self.paths,
            self.index,
            self.indicators,
            self.missing_codes,
            self.stated,
            self.state_codes,
        )

    @cached_property
    def construct_ids(self) -> tuple[str, ...]:
        """Constructs in order."""
        return tuple(construct.id for construct in self.constructs)

    @cached_property
    def indicator_ids(self) -> tuple[str, ...]:
        """Indicators in the order of their constructs, so that each block is contiguous."""
        return tuple(code for construct in self.constructs for code in construct.indicators)

    @cached_property
    def modes(self) -> tuple[str, ...]:
        """How each construct's weights are estimated: A, B or unit."""
        return tuple(construct.mode for construct in self.constructs)

    @cached_property
    def is_plain(self) -> bool:
        """Whether all constructs are first-order: no second order, no interaction."""
        return all(construct.indicators for construct in self.constructs)

    @cached_property
    def place(self) -> dict[str, int]:
        """Column of each construct."""
        return {name: number for number, name in enumerate(self.construct_ids)}

    @cached_property
    def home(self) -> NDArray[np.int64]:
        """Shape (n_indicators,): the column of each indicator's own first-order construct."""
        return np.array(
            [number for number, construct in enumerate(self.constructs) for _ in construct.indicators],
            dtype=np.int64,
        )

    @cached_property
    def home_mask(self) -> NDArray[np.bool_]:
        """Shape (n_indicators, n_constructs): `home` as a mask; `block_mask` of a plain model."""
        return np.asarray(self.home[:, None] == np.arange(len(self.constructs)))

    @cached_property
    def scored(self) -> NDArray[np.bool_]:
        """Shape (n_constructs,): which have points; an interaction has none."""
        return np.asarray(self.block_mask.any(axis=0))

    @cached_property
    def separate(self) -> NDArray[np.int64]:
        """Columns of the scored constructs that are no component of another."""
        parts = {part for construct in self.constructs for part in construct.components}
        return np.flatnonzero([c.id not in parts and not c.product for c in self.constructs])

    @cached_property
    def block_mask(self) -> NDArray[np.bool_]:
        """Shape (n_indicators, n_constructs): which indicators make up which construct.

        A second-order construct is made up of all indicators of its components, an interaction of none.
        """
        codes = self.indicator_ids
        known = {construct.id: construct for construct in self.constructs}
        mask = np.zeros((len(codes), len(self.constructs)), dtype=bool)
        for number, construct in enumerate(self.constructs):
            own = set(construct.indicators)
            for part in construct.components:
                own |= set(known[part].indicators)
            mask[:, number] = [code in own for code in codes]
        return mask

    @cached_property
    def dimension_mask(self) -> NDArray[np.bool_]:
        """Shape (n_indicators, n_dimensions): which indicators each of `dimensions` has."""
        found = [[code in node.indicators for _, node in self.dimensions] for code in self.indicator_ids]
        return np.array(found, dtype=bool).reshape(len(self.indicator_ids), len(self.dimensions))

    @cached_property
    def path_matrix(self) -> NDArray[np.bool_]:
        """Shape (n_constructs, n_constructs), `[target, source]`."""
        matrix = np.zeros((len(self.place), len(self.place)), dtype=bool)
        for source, target in self.paths:
            matrix[self.place[target], self.place[source]] = True
        return matrix

    @cached_property
    def scales(self) -> NDArray[np.float64]:
        """Shape (n_indicators, 3): low, high and valence."""
        known = {indicator.id: indicator for indicator in self.indicators}
        return np.array(
            [(known[c].low, known[c].high, known[c].valence) for c in self.indicator_ids], dtype=float
        ).reshape(-1, 3)

    @cached_property
    def dimensions(self) -> tuple[tuple[str, Dimension], ...]:
        """Every dimension with its construct's id."""
        return tuple((construct.id, node) for construct in self.constructs for node in construct.dimensions)

    @classmethod
    def from_parts(cls, parts: Parts, written: Written | None = None) -> ModelSpec:
        """Check what a reader found."""
        return cls(
            parts.constructs,
            parts.paths,
            parts.index,
            parts.indicators,
            parts.missing_codes,
            written,
            stated=parts.stated,
            state_codes=parts.state_codes,
        )

    @classmethod
    def from_yaml(cls, text: str) -> ModelSpec:
        """Read MODEL.yaml."""
        return cls.from_mapping(document.parse(text))

    @classmethod
    def from_mapping(cls, plain: Any) -> ModelSpec:
        """Read the plain values of MODEL.yaml."""
        return cls.from_parts(document.read(plain))

    @classmethod
    def from_lavaan(
        cls,
        text: str,
        *,
        index: str | None = None,
        low: float | None = None,
        high: float | None = None,
        missing_codes: tuple[float, ...] | None = None,
        orthogonal: bool | None = None,
        covariance: bool = False,
    ) -> ModelSpec:
        """Read lavaan syntax: `=~`, `<~` and `~` lines, or with `covariance` all that such models estimate.

        `index` defaults to SAT or Satisfaction, else the last construct; scales to 1–10. A comment that
        begins with `# manyi:` may say both, missing codes and `orthogonal`; what is given here wins.
        """
        given: dict[str, Any] = {"index": index, "low": low, "high": high, "missing_codes": missing_codes}
        given["orthogonal"] = orthogonal
        chosen = replace(
            lavaan.settings(text), **{name: value for name, value in given.items() if value is not None}
        )
        if not covariance:
            return cls.from_parts(lavaan.read(text, chosen))
        parts, written = lavaan.read_covariance(text, chosen)
        return replace(cls.from_parts(parts, written), orthogonal=chosen.orthogonal)

    def check_of_composites(self) -> None:
        """Refuse a model that no composite method estimates, though the covariance model does.

        Raises
        ------
        SpecificationError
            A construct is tied to nothing, or a component has paths of its own.
        """
        check(self.parts)

    @property
    def covariates(self) -> tuple[str, ...]:
        """Observed variables of a covariance model that are no indicators."""
        known = {*self.indicator_ids, *self.construct_ids}
        return () if self.written is None else tuple(n for n in self.written.observed if n not in known)

    def to_mapping(self) -> dict[str, Any]:
        """Give plain values that `from_mapping` reads back to an equal model."""
        return document.write(self.parts)
