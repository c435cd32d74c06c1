"""Two groups of answers to a small model, in which a difference is planted."""

import numpy as np

MODEL = """
scale: {low: 1, high: 10}
index: SAT
constructs:
  - id: QUAL
    name: {en: Quality}
    dimensions:
      - {id: SUPPLY, name: {en: Supply}, indicators: [Q1, Q2]}
      - {id: SERVICE, name: {en: Service}, indicators: [Q3]}
  - {id: SAT, name: {en: Satisfaction}, indicators: [S1, S2, S3]}
  - {id: LOY, name: {en: Loyalty}, indicators: [L1, L2]}
paths: [[QUAL, SAT], [SAT, LOY]]
"""


def answers(rng, n, *, path=0.7, level=6.5, last=1.0):
    """Answers to the eight questions; ``last`` scales how much Q3 has to do with quality."""
    quality = rng.standard_normal(n)
    satisfaction = path * quality + np.sqrt(1 - path**2) * rng.standard_normal(n)
    loyalty = 0.6 * satisfaction + 0.8 * rng.standard_normal(n)
    signal = np.column_stack(
        [quality, quality, last * quality, satisfaction, satisfaction, satisfaction, loyalty, loyalty]
    )
    return np.clip(level + 1.2 * signal + 0.8 * rng.standard_normal((n, 8)), 1, 10)


def two(rng, n=250, **planted):
    return np.vstack([answers(rng, n), answers(rng, n, **planted)]), np.repeat(["a", "b"], n)


SECOND = """
index: SAT
constructs:
  - {id: SUPPLY, indicators: [Q1, Q2]}
  - {id: SERVICE, indicators: [Q3, S1]}
  - {id: ALL, components: [SUPPLY, SERVICE], approach: APPROACH}
  - {id: SAT, indicators: [S2, S3]}
  - {id: LOY, indicators: [L1, L2]}
paths: [[ALL, SAT], [SAT, LOY]]
"""


PRODUCT = """
index: SAT
constructs:
  - {id: QUAL, indicators: [Q1, Q2, Q3]}
  - {id: SAT, indicators: [S1, S2, S3]}
  - {id: LOY, indicators: [L1, L2]}
  - {id: BOTH, product: [QUAL, SAT]}
paths: [[QUAL, SAT], [SAT, LOY], [QUAL, LOY], [BOTH, LOY]]
"""


MODELS = {
    "plain": MODEL,
    "mode B": MODEL.replace("- id: QUAL", "- id: QUAL\n    mode: B"),
    "two-stage": SECOND.replace("APPROACH", "two-stage"),
    "repeated": SECOND.replace("APPROACH", "repeated"),
    "interaction": PRODUCT,
}
