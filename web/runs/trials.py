"""Trials of questionnaires: synthetic people walk, and the model is estimated from what they answered."""

from typing import Any, Final

import csi_model
from surveys.codes import REASONS
from surveys.document.questionnaire import Questionnaire
from surveys.trial.trial import Trial

FEWEST: Final = 50  # complete answers from which a model is estimated
BOOTSTRAP: Final = 200


def estimated(document: Questionnaire, trial: Trial) -> dict[str, Any] | None:
    """Estimate the model of a questionnaire from a trial's complete answers; None where it has no model.

    The answers follow a mood and nothing else, so figures say nothing about customers: what counts is that
    there are some, and what is said about them.
    """
    model = document.model()
    if model is None:
        return None
    if trial.complete < FEWEST:
        return {"refused": "few", "n": trial.complete, "fewest": FEWEST}
    options = csi_model.Options(bootstrap=BOOTSTRAP, seed=trial.seed)
    try:
        spec = csi_model.ModelSpec.from_mapping(model)
        columns = {code: trial.answers[code].astype(float) for code in spec.indicator_ids}
        sample = csi_model.prepare(spec, columns, missing=options.missing, reserved=REASONS)
        result = csi_model.document(csi_model.estimate(spec, sample, options))
    except csi_model.ModelError as error:
        return {"refused": "model", "message": str(error), "refusal": error.plain()}
    return {
        "refused": None,
        "n_used": result["n_used"],
        "converged": result["converged"],
        "index": result["index"],
        "cautions": result["cautions"],
    }


def whole(document: Questionnaire, trial: Trial) -> dict[str, Any]:
    """Give everything that came of a trial as plain values."""
    return trial.plain() | {"estimation": estimated(document, trial)}
