"""Remedies of cautions about gaps and about the model, carried out as they say."""

import numpy as np
import pytest

from csi_model import ModelSpec, Options, compare, estimate, prepare, tree_document
from csi_model.cbsem import assess_invariance, fit
from tests.csi_model.answers.worlds import SPEC, prepared, whole
from tests.csi_model.cbsem.test_gaps import rarely_met
from tests.csi_model.cbsem.test_refusals import TEXT, draw
from tests.csi_model.estimation.test_doubtful_answers import CHAIN, chain, rounded
from tests.csi_model.estimation.test_edits import put_in
from tests.csi_model.remedying import works
from tests.csi_model.test_remedies_tried import fitted
from tests.csi_model.two_groups import MODEL, two

CODES = {97: "not_asked", 99: "dont_know"}
PAIR = {"index": "SAT", "constructs": CHAIN["constructs"][1:], "paths": [["QUAL", "SAT"]]}


def of(values, **options):
    return estimate(SPEC, prepared(values, reserved=CODES), Options(**options)).cautions


def asked_of(n):
    """A question put to so many of 1,000."""
    values = whole(1000)
    values[n:, 4] = 97
    return of(values, bootstrap=40)


def unwilling(*, again=False):
    """The discontent do not answer a question of the index, until they are asked again."""
    values = whole(800)
    chance = 1 / (1 + np.exp(0.9 * (values[:, 9:11].mean(axis=1) - 4.5)))
    leaves = np.random.default_rng(1).random(800) < (0 if again else chance)
    values[leaves, 11] = 99
    return of(values)


def apart(both, *, without=False):
    """Two questions of which everybody answers one, and so many both."""
    columns = {code: column for code, column in chain().items() if not without or code != "q3"}
    first = np.arange(300) < 150
    columns["q2"] = np.where(first | (np.arange(300) < 150 + both), columns["q2"], np.nan)
    if not without:
        columns["q3"] = np.where(~first, columns["q3"], np.nan)
    plain = put_in(CHAIN, "constructs: [{id: QUAL, indicators: [q1, q2]}]") if without else CHAIN
    return fitted(columns, plain=plain)


def one_thing(seed=2, n=200, *, method="cbsem", as_parts=False, joined=False):
    """Image and quality are one thing: as two, as one, or as the parts of one."""
    columns, r = chain(n), np.random.default_rng(seed)
    thing = r.normal(size=n)
    for name in ("i", "q"):
        columns |= {f"{name}{k}": rounded(0.85 * thing + 0.55 * r.normal(size=n)) for k in (1, 2, 3)}
    happy = 0.7 * thing + 0.7 * r.normal(size=n)
    columns |= {f"s{k}": rounded(0.85 * happy + 0.5 * r.normal(size=n)) for k in (1, 2, 3)}
    image, quality, sat = CHAIN["constructs"]
    both = {"id": "BOTH", "indicators": image["indicators"] + quality["indicators"]}
    parts = {"id": "BOTH", "components": ["IMG", "QUAL"]}
    plain = {
        "index": "SAT",
        "constructs": [both, sat] if joined else [image, quality, *([parts] if as_parts else []), sat],
        "paths": [["BOTH", "SAT"]] if joined or as_parts else CHAIN["paths"],
    }
    return fitted(columns, plain=plain, method=method)


def short(items, seed=57):
    """So many of four items for a construct."""
    r = np.random.default_rng(seed)
    quality = r.normal(size=150)
    happy = 0.6 * quality + 0.8 * r.normal(size=150)
    columns = {
        f"{name}{k}": rounded(load * x + (1 - load**2) ** 0.5 * r.normal(size=150))
        for name, x in (("q", quality), ("s", happy))
        for k, load in ((1, 0.8), (2, 0.5), (3, 0.7), (4, 0.7))
    }
    first = {"id": "QUAL", "indicators": [f"q{k}" for k in items]}
    return fitted(columns, plain=PAIR | {"constructs": [first, CHAIN["constructs"][2]]}, method="cbsem")


def against(order=(1, 2, 3), valence=1, method="cbsem"):
    """The first question on quality runs the other way."""
    columns = chain()
    columns["q1"] = 11 - columns["q1"]
    own = {"id": "QUAL", "indicators": [f"q{k}" for k in order]}
    plain = CHAIN | {"constructs": [CHAIN["constructs"][0], own, CHAIN["constructs"][2]]}
    turned = {"indicators": {"q1": {"valence": valence}}} if 1 in order else {}
    return fitted(columns, plain=plain | turned, method=method)


def suppressing(mode="B", items=("q1", "q2", "q3")):
    """The second question tells what the first has too much of."""
    columns, r = chain(), np.random.default_rng(7)
    happy, noise = (columns["s1"] - 6.5) / 1.6, r.normal(size=300)
    columns["q1"] = rounded(happy + noise)
    columns["q2"] = rounded(0.8 * noise + 0.3 * r.normal(size=300) + 0.4 * happy)
    own = {"id": "QUAL", "indicators": list(items), "mode": mode}
    return fitted(
        columns, plain=CHAIN | {"constructs": [CHAIN["constructs"][0], own, CHAIN["constructs"][2]]}
    )


def defined(formula):
    return fit(f"{TEXT.replace('~ A', '~ b*A')}\nx := {formula}", draw()).cautions


def read_otherwise(items=("a1", "a2", "a3")):
    """Group y reads an item of the covariance model two points higher."""
    columns, groups = draw(600, seed=5), np.array(["x", "y"] * 300)
    columns["a2"] = np.where(groups == "y", columns["a2"] + 2.0, columns["a2"])
    return assess_invariance(TEXT.replace("a1 + a2 + a3", " + ".join(items)), columns, groups).cautions


def composed_otherwise(*, without=False):
    """In group b a question has nothing to do with its construct."""
    values, groups = two(np.random.default_rng(7), last=-0.2)
    text = MODEL.replace("      - {id: SERVICE, name: {en: Service}, indicators: [Q3]}\n", "")
    spec = ModelSpec.from_yaml(text if without else MODEL)
    codes = ("Q1", "Q2", "Q3", "S1", "S2", "S3", "L1", "L2")
    columns = {code: values[:, k] for k, code in enumerate(codes) if code in spec.indicator_ids}
    sample = prepare(spec, columns, labels={"group": groups})
    return compare(spec, sample, "group", Options(bootstrap=0), n_permutations=60).cautions


def tree(*flagged, valence=1):
    """Complaints lower the index; of the tree are the constructs that are flagged."""
    r, columns = np.random.default_rng(6), chain()
    columns |= {f"i{k}": rounded(-(columns["s1"] - 6.5) / 1.6 + r.normal(size=300)) for k in (1, 2, 3)}
    more = {"IMG": {"valence": valence}}
    constructs = [
        each | more.get(each["id"], {}) | {"tree": each["id"] in flagged} for each in CHAIN["constructs"]
    ]
    spec = ModelSpec.from_mapping(CHAIN | {"constructs": constructs})
    return tree_document(estimate(spec, prepare(spec, columns)), "effects")["cautions"]


TRIED = {
    "approximate": (lambda: asked_of(150), lambda: asked_of(260)),
    "withheld": (unwilling, lambda: unwilling(again=True)),
    "never-together": (lambda: apart(0), lambda: apart(40), lambda: apart(0, without=True)),
    "seldom-together": (
        lambda: estimate(SPEC, prepared(rarely_met(500)), Options("cbsem")).cautions,
        lambda: estimate(SPEC, prepared(whole(300, 4)), Options("cbsem")).cautions,
    ),
    "collinear-constructs": (
        lambda: one_thing(5, method="pls"),
        lambda: one_thing(5, method="pls", joined=True),
        lambda: one_thing(5, method="pls", as_parts=True),
    ),
    "inadmissible": (
        lambda: one_thing(method="plsc"),
        lambda: one_thing(method="pls"),
        lambda: one_thing(method="plsc", joined=True),
    ),
    "latent-covariance": (one_thing, lambda: one_thing(joined=True)),
    "latent-covariance, in one direction": (lambda: one_thing(3), lambda: one_thing(3, joined=True)),
    "heywood": (lambda: short([1, 2]), lambda: short([1, 2, 3, 4]), lambda: short([1])),
    "heywood, of a construct": (one_thing, lambda: one_thing(joined=True)),
    "marker-reversed": (
        against,
        lambda: against([2, 3, 1]),
        lambda: against(valence=-1),
        lambda: against([2, 3]),
    ),
    "index-weights-fallback": (against, lambda: against(valence=-1), lambda: against([2, 3])),
    "negative-weight": (
        lambda: against(method="pls"),
        lambda: against(method="pls", valence=-1),
        lambda: against([2, 3], method="pls"),
    ),
    "negative-weight, formed": (
        suppressing,
        lambda: suppressing("A"),
        lambda: suppressing(items=("q1", "q3")),
    ),
    "defined-without-value": (lambda: defined("log(-b)"), lambda: defined("log(b)")),
    "invariance-fails": (read_otherwise, lambda: read_otherwise(("a1", "a3"))),
    "invariance-fails, of composites": (composed_otherwise, lambda: composed_otherwise(without=True)),
    "tree-unflagged": (tree, lambda: tree("QUAL")),
    "tree-negative": (
        lambda: tree("IMG", "QUAL"),
        lambda: tree("IMG", "QUAL", valence=-1),
        lambda: tree("QUAL"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TRIED)
def test_a_remedy_that_is_done_works(case):
    works(case.partition(",")[0], *TRIED[case])
