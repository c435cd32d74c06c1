"""Worlds with gaps: whole answers to a small model, and who was not asked or does not know."""

from typing import Any

import numpy as np
import pytest

import csi_model
from csi_model.answers.answered import Answered
from csi_model.answers.em import Patterns
from csi_model.answers.leverage import Leverage

BLOCKS = {"IMG": 3, "TCH": 3, "QUA": 3, "SAT": 3}
EFFECTS = {
    ("IMG", "TCH"): 0.6,
    ("IMG", "QUA"): 0.3,
    ("TCH", "QUA"): 0.5,
    ("QUA", "SAT"): 0.4,
    ("TCH", "SAT"): 0.4,
}
SPEC = csi_model.ModelSpec.from_mapping(
    {
        "index": "SAT",
        "constructs": [
            {"id": name, "indicators": [f"{name.lower()}{k + 1}" for k in range(size)]}
            for name, size in BLOCKS.items()
        ],
        "paths": [list(path) for path in EFFECTS],
    }
)
TOUCHED = SPEC.home == SPEC.place["TCH"]


def whole(n: int, seed: int = 1) -> np.ndarray:
    """Whole answers, rounded to a scale of 1 to 10, without ceiling."""
    rng = np.random.default_rng(seed)
    latent: dict[str, Any] = {}
    for name in BLOCKS:
        known = np.zeros(n)
        for (source, target), size in EFFECTS.items():
            if target == name:
                known = known + size * latent[source]
        latent[name] = known + np.sqrt(max(1 - known.var(), 0.2)) * rng.standard_normal(n)
    level = np.column_stack([latent[name] for name, size in BLOCKS.items() for _ in range(size)])
    return np.clip(np.rint(5.5 + 1.4 * (0.85 * level + 0.5 * rng.standard_normal(level.shape))), 1, 10)


def routed(values: np.ndarray, seed: int = 2, *, by_image: bool = False) -> np.ndarray:
    """Leave out the questions on the touchpoint of all but 40 %: at random, or mostly of the unhappy."""
    rng = np.random.default_rng(seed)
    lean = values[:, 0] - 5.5 if by_image else np.zeros(len(values))
    chance = 1 / (1 + np.exp(-(0.6 * lean - (0.5 if by_image else 0.405))))
    asked = rng.random(len(values)) < (chance if by_image else 0.4)
    found = values.copy()
    found[np.ix_(~asked, TOUCHED)] = np.nan
    return found


def unknown(values: np.ndarray, share: float = 0.15, seed: int = 3) -> np.ndarray:
    """Leave out answers at random; everybody keeps one."""
    rng = np.random.default_rng(seed)
    found = np.where(rng.random(values.shape) < share, np.nan, values)
    nothing = np.isnan(found).all(axis=1)
    found[nothing] = values[nothing]
    return found


def prepared(values: np.ndarray, **wish: Any) -> csi_model.Sample:
    """Bring answers into a sample."""
    return csi_model.prepare(SPEC, dict(zip(SPEC.indicator_ids, values.T, strict=True)), **wish)


def unlevered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let residuals be as large in resamples as in the fit: then these follow its derivative."""
    monkeypatch.setattr(Leverage, "more", lambda _, __, seen, *shares: [np.zeros(seen.shape) for _ in shares])


def to_the_end(
    found: Answered, weights: np.ndarray, tolerance: float = 1e-13
) -> tuple[np.ndarray, np.ndarray]:
    """Plain EM with the prior of `found`, by the older E-step, in scale points."""
    standardised = (found.values - found.center) / found.scale
    patterns = Patterns(standardised)
    mean, cov = -patterns.center, found.prior.target
    total, strength = weights.sum(), found.prior.strength
    for _ in range(1500):
        moved, spread = patterns._step(mean[None], cov[None], weights[None])
        change = max(np.abs(moved[0] - mean).max(), np.abs(spread[0] - cov).max())
        mean, cov = moved[0], (total * spread[0] + strength * found.prior.target) / (total + strength)
        if change < tolerance:
            break
    scale = np.outer(found.scale, found.scale)
    return found.center + found.scale * (mean + patterns.center), cov * scale
