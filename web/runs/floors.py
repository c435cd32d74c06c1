"""What of a run may be printed: decided here alone, in the worker, once for all readers and editions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

import csi_model
from surveys.analysing import official, series
from surveys.models import Analysis, Wave

Cell = tuple[str, str, str]
Tree = Mapping[str, Mapping[str, str]]


def withheld(
    session: Session,
    wave: Wave,
    document: dict[str, Any],
    spec: csi_model.ModelSpec,
    sample: csi_model.Sample,
    kinds: Sequence[str],
) -> dict[str, Any]:
    """Give the document of a wave's run with the state of every figure, and no number that is withheld.

    What a published run of the wave has withheld stays withheld: mails and files of it are out.
    """
    decision = csi_model.decide(
        spec,
        ~np.isnan(sample.values),
        {kind: sample.labels[kind] for kind in kinds},
        weightings=_weightings(session, wave, spec, document),
        before=set(_withheld_before(session, wave)),
    )
    return csi_model.withhold(document, decision)


def tree_of(session: Session, wave: Wave) -> Tree | None:
    """Give the organisation as it was when figures of the wave were first published; None before.

    An office that has moved since would otherwise be the difference between its county then and now.
    """
    for run in official.ever_published(session, wave):
        stored: Tree | None = session.scalar(
            select(Analysis.result["tree_of_units"]).where(Analysis.id == run)
        )
        if stored is not None:
            return stored
    return None


def _withheld_before(session: Session, wave: Wave) -> Iterator[Cell]:
    runs = official.ever_published(session, wave)
    for result in session.scalars(select(Analysis.result).where(Analysis.id.in_(runs))):
        parts = {"": result} | result["groups"]
        for name, part in parts.items():
            if part is None:
                yield name, "constructs", result["index"]["id"]
                continue
            for kind in ("constructs", "indicators"):
                for code, node in part[kind].items():
                    if node.get("state") in csi_model.WITHHELD and node["points"] is None:
                        yield name, kind, code


def _weightings(
    session: Session, wave: Wave, spec: csi_model.ModelSpec, document: Mapping[str, Any]
) -> list[NDArray[np.float64]]:
    """Give the shares of questions by which points are printed: own ones, and those of the base."""
    own = document["items"]["shares"]
    found = [_vector(spec, own)]
    for runs_of in (series.newest_runs(session), series.official_runs(session)):
        there = runs_of | {wave.code: (0, datetime.now(UTC), "")}
        frozen = dict(own)
        for each in reversed(series.finished_waves(session, there, wave_code=wave.code)):
            wanted = select(Analysis.result["items"]["shares"]).where(Analysis.id == each.run_id)
            earlier = session.scalar(wanted) or {}
            frozen |= {
                code: shares
                for code, shares in earlier.items()
                if code in own and set(shares) == set(own[code])
            }
        found.append(_vector(spec, frozen))
    return [
        each for at, each in enumerate(found) if not any(np.allclose(each, other) for other in found[:at])
    ]


def _vector(spec: csi_model.ModelSpec, shares: Mapping[str, Mapping[str, float]]) -> NDArray[np.float64]:
    """Put the shares in the order of the questions; of a construct that is made of others are none."""
    place = {code: at for at, code in enumerate(spec.indicator_ids)}
    vector = np.zeros(len(place))
    for construct in spec.constructs:
        if not construct.components:
            for code, share in shares.get(construct.id, {}).items():
                vector[place[code]] = share
    return vector
