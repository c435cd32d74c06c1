"""Which options of a covariance fit go together."""

from __future__ import annotations

from collections.abc import Collection
from typing import get_args

from csi_model.cbsem.equal import EQUAL
from csi_model.cbsem.samples import Estimator, Missing
from csi_model.errors import SpecificationError


def check_options(
    estimator: str,
    missing: str,
    groups: object,
    equal: Collection[str],
    likelihood: str,
    *,
    is_clustered: bool,
    is_weighted: bool,
) -> None:
    """Refuse options that do not go together.

    Raises
    ------
    SpecificationError
        The message names what does not, the remedy what does.
    """

    def refuse(message: str, remedy: str) -> None:
        raise SpecificationError(message, code="options", remedy=remedy)

    if estimator not in get_args(Estimator):
        refuse(f"There is no estimator {estimator!r}.", f"Use one of {', '.join(get_args(Estimator))}.")
    if missing not in get_args(Missing):
        refuse(f"There is no treatment {missing!r} of missing answers.", "Use listwise or fiml.")
    if missing == "fiml" and estimator not in {"ML", "MLR"}:
        refuse(f"{estimator} cannot use incomplete rows.", "Use ML or MLR with fiml, or listwise.")
    if is_clustered and estimator != "MLR":
        refuse(f"{estimator} has no standard errors for clusters.", "Use MLR, or no clusters.")
    if is_weighted and estimator != "MLR":
        refuse(f"{estimator} takes no weights.", "Use MLR (ML becomes it), or no weights.")
    if unknown := [each for each in equal if each not in EQUAL]:
        refuse(f"{unknown[0]} cannot be held equal.", f"Choose among {', '.join(EQUAL)}; others by c(a, a).")
    if equal and groups is None:
        refuse("Without groups there is nothing to hold equal.", "Give groups too.")
    if groups is not None and estimator == "WLSMV":
        refuse("Groups with ordered answers are not supported.", "Use MLR, or fit each group apart.")
    if likelihood == "wishart" and (missing == "fiml" or groups is not None or estimator != "ML"):
        refuse("Wishart likelihood is for ML with complete data in one group.", "Use likelihood='normal'.")
