"""lavaan's language: what is not estimated is refused with its words; a modifier is never dropped."""

import itertools
import warnings

import numpy as np
import pytest

from csi_model import ModelSpec, Options, estimate, prepare
from csi_model.cbsem import fit
from csi_model.errors import IdentificationError, ModelError, SpecificationError
from csi_model.measures.collinearity import vif
from csi_model.specify.expressions import read
from tests.csi_model.cbsem.worlds import CFA, TWO, world


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("IMG <~ q1 + q2", "composites"),
        ("q1 | t1 + t2", "thresholds"),
        ("q1 ~*~ 1*q1", r"scales of ordered answers \(~\*~\)"),
        ("b > 0", "inequality"),
        ("b < 1", "inequality"),
        ("b == exp(c)", "non-linear equality"),
        ("b*c == 0.2", "non-linear equality"),
        ("level: 1", "level:"),
        ("QUAL ~ a*IMG; a := 2", "labels a parameter already"),
        ("group: 1", "group:"),
        ("efa('x')*F =~ s1 + s2", r"efa\(\)"),
        ("SAT ~ rv('r')*QUAL", r"rv\(\)"),
        ("SAT ~ prior('normal(0,1)')*QUAL", r"prior\(\)"),
        ("SAT ~ lower(0)*QUAL", r"lower\(\)"),
        ("SAT ~ upper(2)*QUAL", r"upper\(\)"),
        ("SAT ~ 0.5?*QUAL", r"\?"),
        ("SAT ~ (1/2)*QUAL", "arithmetic in a modifier"),
        ("SAT ~ -b*QUAL", "arithmetic in a modifier"),
        ("SAT ~ sqrt(2)*QUAL", r"sqrt\(\)"),
        ("SAT ~ c(b, b)*QUAL", "2 entries, and there is one group"),
        ("x := d*2", "names d, which labels no parameter"),
        ("x := b %*% 2", "'%'"),
        ("x := mean(b)", r"mean\(\)"),
        ("b == d", "names d"),
        ("b == 1; b == 2", "contradict"),
        ("SAT ~ equal('IMG=~q9')*QUAL", "IMG=~q9"),
        ("SAT ~ SAT", "regressed on itself"),
        ("q1 ~ QUAL", "the same parameter"),
        ("SAT ~ QUAL:IMG", "interaction"),
        ("s1 ~ 2 + q1", "2 stands where a name should"),
    ],
)
def test_what_is_not_estimated_is_refused_with_its_words(line, words):
    base = TWO.replace("SAT ~ QUAL\n", "") if line.startswith("SAT ~") else TWO.replace("~ QUAL", "~ b*QUAL")
    with pytest.raises(SpecificationError, match=words) as caught:
        fit(f"{base}s2 ~~ c*s3\n{line}", world(7103, 200))
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SAT ~ 0*QUAL", "Line 3 fixes a parameter"),
        ("SAT ~ NA*QUAL", "Line 3 frees a parameter"),
        ("SAT ~ a*QUAL", "Line 3 labels a parameter"),
        ("SAT ~ start(1)*QUAL", "Line 3 gives a start value"),
        ("SAT ~ equal('SAT=~s1')*QUAL", "Line 3 holds parameters equal"),
        ("SAT ~ c(1, 2)*QUAL", "Line 3 fixes a parameter"),
        ("SAT ~ QUAL\nq1 ~~ q2", "Line 4 .'q1 ~~ q2'. is no"),
        ("SAT ~ QUAL + 1", "Line 3 .'SAT ~1'. is no"),
        ("SAT ~ QUAL\nx := a*b", "Line 4 defines x"),
        ("SAT ~ QUAL\na == b", "Line 4 holds parameters equal"),
        ("QUAL <~ q4\nSAT ~ QUAL", "Line 3: QUAL has lines with =~ and with <~"),
    ],
)
def test_composite_models_refuse_what_they_do_not_hold(line, words):
    with pytest.raises(SpecificationError, match=words) as caught:
        ModelSpec.from_lavaan("QUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\n" + line)
    assert "cbsem" in caught.value.remedy or "formative" in caught.value.remedy


def test_a_product_written_in_either_order_is_one():
    text = "QUAL =~ q1 + q2\nIMG =~ i1 + i2\nSAT =~ s1 + s2\nLOY =~ q3 + i3\n"
    both = "SAT ~ QUAL + IMG + QUAL:IMG\nLOY ~ QUAL + IMG + IMG:QUAL"
    assert ModelSpec.from_lavaan(text + both).construct_ids[4:] == ("QUALxIMG",)
    with pytest.raises(SpecificationError, match="twice"):
        ModelSpec.from_lavaan(text + "SAT ~ QUAL + IMG + QUAL:IMG + IMG:QUAL\nLOY ~ SAT")


def test_a_definition_without_a_value_is_said():
    formulas = "x := log(-b); y := 1/(b - b); z := 2*b"
    found = fit(TWO.replace("~ QUAL", "~ b*QUAL") + formulas, world(7103, 200))
    x, y, z = found.document()["defined"]
    assert (x["est"], x["se"], y["est"], y["se"]) == (None, None, None, None)
    assert z["se"] > 0
    (said,) = [each for each in found.cautions if each.code == "defined-without-value"]
    assert "x := log(-b); y := 1/(b - b)" in said.message
    assert "z :=" not in said.message


def test_intercepts_that_the_data_cannot_tell_have_a_remedy_of_their_own():
    with pytest.raises(IdentificationError, match="SAT ~ 1") as caught:
        fit(TWO + "SAT ~ 1", world(7103, 200))
    assert "intercept" in caught.value.remedy
    assert fit(TWO + "SAT ~ 1; s1 ~ 0*1", world(7103, 200)).estimate("SAT", "~1").se > 0


def test_groups_take_no_label_for_na_and_blocks_are_refused_however_they_are_written():
    groups = ["u", "v"] * 100
    found = fit(TWO.replace("~ QUAL", "~ label(c('a', NA))*QUAL"), world(7103, 200), groups=groups)
    assert [row.label for row in found.estimates if row.op == "~"] == ["a", ""]
    blocks = {"Level : 1": "--cluster", "CLASS: 2": "manyi segments", "Group: u": r"c\(a, b\)"}
    for line, remedy in blocks.items():
        with pytest.raises(SpecificationError, match=remedy):
            fit(f"{line}\n{TWO}", world(7103, 200))


def test_a_model_of_covariances_is_not_estimated_by_pls():
    spec = ModelSpec.from_lavaan(CFA, covariance=True)
    with pytest.raises(SpecificationError, match="not for pls"):
        estimate(spec, prepare(spec, world(7109)), Options())


def test_the_comment_says_what_the_syntax_cannot_and_a_call_wins():
    text = "# manyi: scale 0 20; index IMG; missing 98, 99\n" + CFA + "QUAL ~ IMG\nSAT ~ QUAL"
    spec = ModelSpec.from_lavaan(text)
    assert (spec.index, spec.missing_codes, spec.scales[0].tolist()) == ("IMG", (98, 99), [0, 20, 1])
    assert ModelSpec.from_lavaan(text, index="SAT", high=30).scales[0].tolist() == [0, 30, 1]
    for wrong in ("scale 5", "scale 9 1", "scale a b", "index", "missing", "missing x", "colour red"):
        with pytest.raises(SpecificationError, match="is not understood"):
            ModelSpec.from_lavaan(f"# manyi: {wrong}\n{CFA}")


def test_formulas_are_rs_arithmetic():
    values = {"a": np.float64(2.0), "b.1": np.float64(3.0)}
    for text, wanted in (("-a^2 + 1e1", 6), ("(a + b.1)*.5", 2.5), ("2^-1*b.1/a", 0.75), ("log(exp(a))", 2)):
        assert read(text, 1).work_out(values) == pytest.approx(wanted)
    assert np.isnan(read("0/(a - 2)", 1).work_out(values))


NAMES = ["QUAL", "SAT", "q1", "q2", "q3", "s1", "s2", "i1", "i2", "i3"]
STRANGE = ["nobody", "1", "0", "", "质量", "a b", "q1:i1", "x(1", "IMG"]
MODIFIERS = ["NA*", "0.5*", "-1*", "a*", "start(0.8)*", "equal('QUAL=~q2')*", 'label("a")*', "a*start(1)*"]
WRONG = ["c(1,2)*", "c(a,a)*", "lower(0)*", "1/2*", "efa('f')*", "0.3?", "rv(x)*", "b*b*", "1e999*", "*"]
FORMULAS = ["a*b", "a - 1", "a == 0.4", "a > 0", "exp(a", "1/0", "a^a", "f(a)", "a ~ b", "0.2", "a + nobody"]


def random_line(rng):
    if rng.random() < 0.2:
        left, right = rng.choice(["x", "a", "1", ""]), rng.choice(FORMULAS)
        return f"{left} {rng.choice([':=', '==', '<', '=', '|'])} {right}"
    op = rng.choice(["=~", "~", "~~", "~1", "<~", "~*~", "|", "="], p=[0.1, 0.3, 0.4, 0.1] + [0.025] * 4)
    if op == "~1":
        return f"{rng.choice(NAMES)} ~ {rng.choice([*MODIFIERS, ''])}1"
    before = ["", rng.choice(MODIFIERS), rng.choice(WRONG)]
    terms = [
        rng.choice(before, p=[0.75, 0.2, 0.05]) + rng.choice(NAMES if rng.random() < 0.95 else STRANGE)
        for _ in range(rng.integers(1, 3))
    ]
    left = rng.choice(["NEW", "SAT"]) if op == "=~" else rng.choice(NAMES)
    return f"{left} {op} {' + '.join(terms)}"


def test_random_lines_are_estimated_or_refused_with_their_words():
    """Each under a model that labels a and b, then in threes: never anything but figures or a refusal."""
    rng = np.random.default_rng(5)
    data = world(7103, 120)
    base = TWO.replace("~ QUAL", "~ b*QUAL") + "s2 ~~ a*s3\n"
    lines = [random_line(rng) for _ in range(130)]
    outcomes, silent = {"estimated": 0, "refused": 0}, []
    for text in itertools.chain(lines[:100], ("\n".join(lines[k : k + 3]) for k in range(100, 130, 3))):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                result = fit(base + text, data)
        except ModelError as refusal:
            silent += [] if refusal.remedy else [text]
            outcomes["refused"] += 1
        else:
            assert np.isfinite(result.theta).all()
            outcomes["estimated"] += 1
    assert not silent
    assert min(outcomes.values()) > 30


def test_what_rests_on_a_variance_below_zero_is_unknown_and_named():
    """A loading fixed by a slip of the pen: its construct has no correlations, so no VIF without end."""
    data = world(7102, 150)
    text = "形象 =~ i1 + i2 + 11049*i3\nQUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\n"
    text += "QUAL ~ 形象\nSAT ~ 形象 + QUAL"
    spec = ModelSpec.from_lavaan(text, covariance=True)
    result = estimate(spec, prepare(spec, data), Options(method="cbsem"))
    codes = {caution.code for caution in result.cautions}
    assert "heywood" in codes
    assert "collinear-constructs" not in codes
    assert np.isnan(vif(np.array([[1, np.nan], [np.nan, 1]]))).all()
    assert np.isinf(vif(np.ones((2, 2)))).all()
