"""lavaan's language: what random models say is what is estimated, and each fault in one is refused by name.

Each model is made of what it means (values, labels, equalities, definitions) and then written down in one of
the many ways in which the language can say it: order, spacing, comments, semicolons, continued lines, quotes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest

from csi_model import ModelSpec, Options, document, estimate, prepare
from csi_model.cbsem import fit
from csi_model.errors import ConvergenceError, IdentificationError, SpecificationError
from tests.csi_model.cbsem.worlds import world

ITEMS = {"形象": "i", "QUAL": "q", "SAT": "s"}
LABELS = ["a", "b1", "满意", "c.2", "n0", "exp"]
FORMULAS = [  # as written, and what it means
    ("{0} - {1}", lambda a, b: a - b),
    ("{0}*{1}", lambda a, b: a * b),
    ("({0} + 2*{1})/ 3", lambda a, b: (a + 2 * b) / 3),
    ("-{0}^2 + {1}", lambda a, b: -(a**2) + b),
    ("exp({0}) - sqrt(4)*{1}", lambda a, b: np.exp(a) - 2 * b),
    ("((({0})))*1e-1*{1}", lambda a, b: a * b / 10),
]
FAULTS = [  # what is added to a model, and the words that it is refused with
    ("QUAL <~ q1", "composites"),
    ("q1 | t1 + t2", "thresholds"),
    ("q1 ~*~ 1*q1", "scales of ordered answers"),
    ("z > 0", "inequality"),
    ("z<1", "inequality"),
    ("level: within", "level:"),
    ("GROUP : 1", "GROUP:"),
    ("efa('x')*F =~ s1 + s2", r"efa\(\)"),
    ("s1 ~~ prior('normal(0,1)')*q1", r"prior\(\)"),
    ("s1 ~~ lower(0)*q1", r"lower\(\)"),
    ("s1 ~~ rv('r')*q1", r"rv\(\)"),
    ("s1 ~~ 0.1?q1", r"\?"),
    ("s1 ~~ (1/2)*q1", "arithmetic in a modifier"),
    ("s1 ~~ c(0.1, 0.2)*q1", "2 entries, and there is one group"),
    ("s1 ~~ c(0.1,)*q1", "a modifier is empty"),
    ("s1 ~~ 0.1**q1", "a modifier is empty"),
    ("s1 ~~ TRUE*q1", "neither a number nor a label"),
    ("s1 ~~ 1e999*q1", "too large"),
    ("s1 ~~ start(-1e9)*q1", "too large"),
    ("s1 ~~ start('x')*q1", "start"),
    ("s1 ~~ 0.1*0.2*q1", "two modifiers of one kind"),
    ("s1 ~~ w*v*q1", "two modifiers of one kind"),
    ("s1 ~~ q1; q1 ~~ s1", "twice"),
    ("s1 ~~ equal('SAT=~q9')*q1", "names no parameter"),
    ("s1 ~~ (q1", "left open"),
    ("s1 ~~ 'w*q1", "left open"),
    ("s1 ~~ q1 + ", "a name is missing|cannot be a name"),
    ("s1 ~~ q1 q2", "cannot be a name"),
    ("s1 ~~~ q1", "cannot be a name"),
    ("s1 %in% q1", "has no operator"),
    ("s1 ~~ q1 % q2", "cannot be a name"),
    ("s1 ～～ q1", "has no operator"),
    ("w*s1 ~~ q1", "stands at the left"),
    ("SAT ~ SAT", "regressed on itself"),
    ("SAT ~ QUAL:形象", "interaction"),
    ("x := nobody*2", "names nobody, which labels no parameter"),
    ("x := mean(1)", r"mean\(\)"),
    ("x := 2 %% 3", "'%'"),
    ("x := (1", "cannot be read"),
    ("x := 1; x := 2", "is defined in line"),
    ("s1 ~~ w*q1; w := 2", "labels a parameter already"),
    ("s1 ~~ w*q1; w == 0.1; w == 0.2", "contradict"),
    ("s1 ~~ w*q1; w == w + 1", "contradict"),
    ("s1 ~~ w*q1; w == exp(w)", "non-linear equality"),
    ("s1 ~~ 0.1*w*q1; s2 ~~ 0.2*w*q2", "is to equal q1 ~~ s1, fixed at 0.1"),
]


@dataclass
class Meant:
    """What one parameter is meant to be."""

    value: float | None = None
    label: str = ""
    equal: str = ""
    start: float | None = None
    frees: bool = False


@dataclass
class Model:
    """What a model is meant to say: its parameters, definitions and equalities of two labels."""

    terms: dict[tuple[str, str, str], Meant] = field(default_factory=dict)
    defined: dict[str, tuple[str, Callable[[float, float], float], tuple[str, str]]] = field(
        default_factory=dict
    )
    same: list[tuple[str, str, float]] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Give the formula of a definition."""
        formula, _, labels = self.defined[name]
        return formula.format(*labels)


def drawn(rng: np.random.Generator) -> Model:
    """Draw a model that is as identified as its plain form."""
    model = Model()
    for name, letter in ITEMS.items():
        model.terms |= {(name, "=~", f"{letter}{k}"): Meant() for k in (1, 2, 3)}
    paths = [("QUAL", "形象"), ("SAT", "形象"), ("SAT", "QUAL")]
    model.terms |= {(lhs, "~", rhs): Meant() for lhs, rhs in paths}
    if rng.random() < 0.4:
        model.terms[str(rng.choice(["s3", "q3"])), "~~", "i3"] = Meant()
    if rng.random() < 0.3:
        model.terms["q2", "~1", ""] = Meant()
    if rng.random() < 0.3:
        model.terms["s2", "~~", "s2"] = Meant()
    second = [key for key in model.terms if key[1] == "=~" and not key[2].endswith("1")]
    for key in [*second, *(key for key in model.terms if key[1] != "=~")]:
        meant, kind = model.terms[key], rng.random()
        if kind < 0.12:
            near = {"=~": 0.9, "~": 0.4, "~~": 1.0 if key[0] == key[2] else 0.05, "~1": 6.5}[key[1]]
            meant.value = round(near * float(rng.uniform(0.8, 1.2)), 3)
        elif kind < 0.2:
            meant.start = round(float(rng.uniform(0.7, 1.1)) * (6 if key[1] == "~1" else 1), 2)
        elif kind < 0.25:
            meant.frees = True
        if rng.random() < 0.3 and key[1] in {"=~", "~"} and meant.value is None:
            meant.label = str(rng.choice(LABELS))
        elif rng.random() < 0.06 and meant.value is None and key[1] == "=~":
            meant.equal = "SAT=~s2"
    free = sorted({meant.label for meant in model.terms.values() if meant.label})
    if len(free) > 1 and rng.random() < 0.4:
        model.same.append((free[0], free[1], float(rng.choice([1, 0.5, 2]))))
    for k in range(rng.integers(0, 3) if free else 0):
        model.defined[f"x{k}"] = (*FORMULAS[rng.integers(len(FORMULAS))], tuple(rng.choice(free, 2).tolist()))
    if len(model.defined) > 1:
        model.defined["über"] = (*FORMULAS[0], ("x0", "x1"))
    return model


def written(model: Model, rng: np.random.Generator) -> str:
    """Say it in one of many ways."""

    def space() -> str:
        return str(rng.choice(["", " ", "  ", "\t"], p=[0.3, 0.5, 0.1, 0.1]))

    def modifiers(meant: Meant) -> str:
        said = []
        if meant.value is not None:
            said.append(rng.choice([f"{meant.value}", f"c({meant.value})", f"{meant.value:e}"]))
        if meant.label:
            shown = meant.label
            said.append(rng.choice([shown, f'label("{shown}")', f"'{shown}'", f"c({shown})"]))
        if meant.start is not None:
            said.append(f"start({space()}{meant.start})")
        if meant.frees:
            said.append("NA")
        if meant.equal:
            said.append(f'equal("{meant.equal}")')
        return "".join(f"{each}{space()}*{space()}" for each in rng.permutation(said).tolist())

    def right(key: tuple[str, str, str], meant: Meant) -> str:
        return modifiers(meant) + (key[2] or "1")

    lines: dict[tuple[str, str], list[str]] = {}
    for key, meant in model.terms.items():
        op = "~" if key[1] == "~1" else key[1]
        at = (key[0], op) if rng.random() < 0.7 else (key[0], f"{op}{len(lines)}")
        lines.setdefault(at, []).append(right(key, meant))
    out = []
    for (lhs, op), terms in lines.items():
        plus = [f"{space()}+{space()}", "\n  + ", " +\n\n    ", " + # more\n "]
        out.append(f"{lhs}{space()}{op.rstrip('0123456789')}{space()}" + str(rng.choice(plus)).join(terms))
    out += [f"{name}{space()}:={space()}{model.text(name)}" for name in model.defined]
    out += [f"{one}{space()}=={space()}{by}*{other}" for one, other, by in model.same]
    ends = ["\n", " ; ", "\n\n", "  # 注释 a*b ~ c\n", " ! note\n", ";\n"]
    return "".join(line + str(rng.choice(ends)) for line in out)


def values(rows: list[dict]) -> dict[tuple[str, str, str], dict]:
    found = {(row["lhs"], row["op"], row["rhs"]): row for row in rows}
    return found | {(key[2], "~~", key[0]): row for key, row in found.items() if key[1] == "~~"}


def check(model: Model, rows: list[dict]) -> None:
    """Compare what came out with what was meant."""
    found, of_label = values(rows), {}
    for key, meant in model.terms.items():
        row = found[key]
        is_marker = key[1] == "=~" and key[2].endswith("1")
        if meant.value is not None or is_marker:
            assert (row["est"], row["se"]) == (1.0 if meant.value is None else meant.value, 0.0), key
        elif not model.same and not meant.equal:
            assert row["se"] > 0, key
        assert row["label"] == meant.label
        if meant.label:
            assert of_label.setdefault(meant.label, row["est"]) == pytest.approx(row["est"], abs=1e-12)
        if meant.equal:
            assert row["est"] == pytest.approx(found["SAT", "=~", "s2"]["est"], abs=1e-12)
    for one, other, by in model.same:
        assert of_label[one] == pytest.approx(by * of_label[other], abs=1e-9)
    for name, (_, function, labels) in model.defined.items():
        row = found[name, ":=", model.text(name)]
        of_label[name] = row["est"]
        assert row["est"] == pytest.approx(function(*(of_label[label] for label in labels)), rel=1e-9)


@pytest.fixture(scope="module")
def answers():
    return world(7102, 150)


def test_random_models_say_what_is_estimated(answers):
    rng, done = np.random.default_rng(23), 0
    for number in range(100):
        model = drawn(rng)
        text = written(model, rng)
        try:
            if number % 5:
                rows = fit(text, answers).document()["estimates"]
            else:
                spec = ModelSpec.from_lavaan(text, covariance=True)
                result = estimate(spec, prepare(spec, answers), Options(method="cbsem"))
                rows = document(result)["estimates"]
        except (ConvergenceError, IdentificationError):
            continue
        done += 1
        try:
            check(model, rows)
        except AssertionError as error:
            error.add_note(text)
            raise
    assert done > 80


def test_each_fault_in_a_random_model_is_refused_by_its_name(answers):
    rng = np.random.default_rng(24)
    for number in range(350):
        fault, words = FAULTS[number % len(FAULTS)]
        lines = written(drawn(rng), rng).replace(";\n", "\n")
        text = f"{fault}\n{lines}" if rng.random() < 0.5 else f"{lines}\n{fault}"
        with pytest.raises(SpecificationError, match=words) as caught:
            fit(text, answers)
        assert caught.value.remedy
        assert re.search("[Ll]ine|q2 ~~ s2", str(caught.value))
        with pytest.raises(SpecificationError):
            ModelSpec.from_lavaan(text)
