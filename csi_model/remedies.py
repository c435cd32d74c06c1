"""What to do about each caution: one table, so that every caution says it, and in the same words."""

from __future__ import annotations

NOTHING = "Nothing needs doing"  # how the remedy of a caution begins that only tells

REMEDIES = {
    # the answers
    "few-rows": "Collect more answers, or estimate fewer parameters.",
    "indicative": "Collect at least 100 answers, or join groups, before deciding anything on it.",
    "listwise-used": "Choose --missing em and ML or MLR (manyi estimate --estimator): they take all answers.",
    "near-constant": "Leave the question out; it tells hardly anybody apart.",
    "scale-unused": "Declare the scale as it was asked; points depend on it.",
    "many-missing": "See which questions go unanswered, and shorten or clarify them.",
    "never-together": "Ask both of some respondents, or leave one of the two out.",
    "seldom-together": "Ask both of more respondents, or judge by the estimates.",
    "approximate": "Ask more people these questions before deciding anything on them alone.",
    "withheld": "Ask them again, or why they do not answer; until then take the range for the figure.",
    "missing": "Make the questions required, or say with the figure whom it leaves out.",
    "rows-left-out": "Give these respondents an answer, or a weight above 0, or accept the smaller number.",
    # groups and units
    "few-units": "Use more or smaller units, or describe the figures without inference.",
    "group-refused": "Join the group with another, or estimate without it.",
    "no-group": "Fill in the group of these respondents, or leave it as it is.",
    "no-difference": f"{NOTHING}: the common mean stands for each of these units; do not rank them.",
    "small-group": "Join the group with another, or collect more answers from it.",
    "workers-ended": f"{NOTHING}: the figures are the same. Free memory, or ask for one process (--jobs 1).",
    # segments
    "imputed-scores": "Compare with the segments of those who answered everything (--missing listwise).",
    "mixture-degenerate": "Ask for fewer segments, or join questions that are copies.",
    "mixture-open": "Ask for fewer segments, or read these with care.",
    "small-segment": "Ask for fewer segments, or collect more answers; nothing is said of it.",
    # the measurement and the model
    "collinear-constructs": "Join antecedents that say the same, or make them parts of one construct.",
    "collinear-items": "Leave one of them out, or use mode A.",
    "defined-without-value": "Look at the formula: it may divide by zero, or take a root or log below zero.",
    "duplicate-items": "See whether one column was given twice; leave one of each pair out.",
    "formative-as-reflective": "Use PLS to keep the mode.",
    "heywood": "Leave the item out, give its construct more items, or join constructs that overlap.",
    "inadmissible": "Use PLS without correction (--method pls), or join constructs that are one.",
    "index-weights-fallback": "Turn the named items if they are worded the other way, else leave them out.",
    "invariance-fails": "Leave out the named item, which groups may read differently, or compare no means.",
    "latent-covariance": "Join or drop constructs that are the same thing measured twice.",
    "low-loading": "Reword the question, move it to another construct, or leave it out.",
    "marker-reversed": "Name an item that measures the construct well first, or reverse or drop this one.",
    "negative-weight": "Turn the question if it is worded the other way; else leave it out, or use mode A.",
    "not-distinct": "Join the constructs, or move the questions that they share in meaning.",
    "not-coherent": "Form the construct (mode B), or measure it by other questions; joining would not help.",
    "against-index": "Turn its questions, if they are worded the other way round; or write valence: -1.",
    "reversed": "Turn what is worded the other way round: what is named, or else the rest of its construct.",
    "saturated": "Judge the model by its estimates, or add items so that it can be tested.",
    "tree-unflagged": "Write tree: true at the constructs that it shall hold.",
    "tree-negative": "Look whether the construct is reversed (valence: -1), or leave it out of the tree.",
    # resampling
    "bca-used": f"{NOTHING}; or join small strata to have studentised intervals.",
    "bootstrap-not-used": "Read the standard errors of the covariance model, or assess it, which resamples.",
    "options-not-used": "Leave them out, or use PLS.",
    "weights-robust": "Say so, with the same figures: manyi estimate --method cbsem --estimator MLR.",
    "failed-draws": f"{NOTHING} where few fail; where many do, collect more answers or simplify the model.",
    "constant-in-draws": "Leave the question out, or collect more answers to it.",
    "few-clusters": "Read the intervals as the least there is to allow for, or sample more clusters.",
    "lonely-strata": "Join small strata by what they have in common, or collect more answers in them.",
    "percentile-used": f"{NOTHING}: with so many respondents the kinds of interval agree.",
    # time
    "wave-refused": "Leave the question out of the model, or the wave out of the series (--order).",
    "break": "Ask both forms in one wave (a bridge), or begin a new series there.",
    "few-waves": "Wait for more waves before trusting the limits.",
    # what to do, retention, expectations
    "beyond-scale": "Try a smaller improvement.",
    "ceiling": "Look for the gain in questions with more room.",
    "extrapolated": "Try a smaller improvement; the effect is known only near today's answers.",
    "near-cut": "Show the map of points beside the shares, or move the cut.",
    "no-effect": "Raise a question of a construct from which paths lead to the index.",
    "not-monotone": "Ask tolerances in rising order, or look for careless answers.",
    "questionable": "Test the pair of questions with a few customers and reword it.",
    "unclear": "Collect more answers, or name both categories.",
    # the evaluation of a measure
    "no-trend-check": "Take in a second wave before, or say that like trends are assumed.",
    "no-joint-trend": "Name fewer waves before, or use more or smaller units; until then see each wave.",
    "regression-to-mean": "Compare with units that scored as low before, or say so with the effect.",
    "unit-absent": "Choose waves in which all units answered, or say with the figure whom it leaves out.",
    "unanswered-differs": "Leave out what they leave open, or ask why and judge by the range left.",
    "trends-differ": "Choose comparison units that moved alike before.",
    # weights
    "costly-weights": "Trim the weights more, or rake on fewer margins.",
    "heavy-respondent": "Check this weight; trim the weights, so that no one person decides a figure.",
    "margin-rounded": "Give the targets with more digits, or see whether a class is missing.",
    "left-out": "Give these respondents a start weight, or a target above zero to their class.",
}  # fmt: skip
