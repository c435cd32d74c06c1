"""Planted faults of every kind are found with code, severity and place; several in one file are all named."""

import pytest

from tests.cli.faulty import BASE, FAULTS, found, patched, planted

Q1 = ["sections", 1, "questions", 0, "rows", 0, "text"]
ROW, GRID = "QUAL.QUAL_A.Q1", "QUAL.QUAL_A"


def key(fault):
    return fault["finding"], fault["severity"], fault["place"]


def test_the_base_is_sound():
    assert found(BASE) == set()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["fault"][:60])
def test_a_planted_fault_is_found(fault):
    plain = planted(fault)
    assert plain != BASE
    assert key(fault) in found(plain)


def test_several_faults_in_one_file_are_all_named():
    chosen = [
        fault
        for fault in FAULTS
        if fault["finding"]
        in {"account-unknown", "path-twice", "consent-optional", "gap-unknown", "scale-too-long"}
        or fault["fault"].startswith(("double-barrelled", "the hole stands", "exclusive on", "number's low"))
    ]
    assert len(chosen) == 9
    together = patched(*(fault["patch"] for fault in chosen))
    assert {key(fault) for fault in chosen} <= found(together)


def worded(code, *texts):
    return [(code, text) for text in texts]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        *worded(
            "double",
            "停电通知及时且准确",
            "热线人员的态度和效率",
            "抄表和收费是否准确",
            "营业厅环境整洁、服务热情",
        ),
        *worded(
            "double",
            "工作人员既专业又热情",
            "抢修到场及时，服务态度良好",
            "您是否清楚并认可收费标准",
            "账单清楚，并准时送达",
        ),
        *worded("double", "Outage notices are timely and accurate", "Meter reading and billing are accurate"),
        *worded("double", "The hotline is quick as well as helpful", "How good are our prices and quality?"),
        *worded(
            "double", "The price is fair and the service is good", "Staff were polite, quick and helpful"
        ),
        *worded("double", "I trust the company and would recommend it", "Both price and service are good"),
        *worded(
            "negation",
            "我不认为停电不频繁",
            "您是否不反对停电不通知",
            "没有人不满意",
            "服务并非不好",
            "不得不排队",
        ),
        *worded(
            "negation", "The service is not unreliable", "Do you disagree that cuts should not be announced?"
        ),
        *worded("negation", "I cannot say that I am not satisfied", "Bills are never inaccurate"),
        *worded(
            "absolute", "电压永远稳定", "每次都能接通热线", "所有员工都很礼貌", "账单百分之百准确", "从不停电"
        ),
        *worded("absolute", "The power never fails", "Every bill is correct", "100% of bills are right"),
        *worded("jargon", "您对SAIFI的看法", "业扩报装效率", "台区线损", "两部制电价", "首问负责制落实情况"),
        *worded("jargon", "How good is our SAIFI?", "reactive power charges", "load-shedding notices"),
        *worded(
            "leading",
            "难道您不认为电价太高吗？",
            "大家都认为热线很好，您呢？",
            "您对我们优质的服务有多满意？",
        ),
        *worded(
            "leading", "How satisfied are you with our excellent service?", "Most people think it is good."
        ),
        *worded("leading", "Don't you think that prices are too high?", "Surely you like our app?"),
        *worded("long", "停" * 90, "word " * 50),
    ],
)
def test_bad_wording_is_found_in_either_language(code, text):
    language = "en" if text.isascii() else "zh"
    assert (f"wording-{code}", "warning", ROW) in found(patched([[[*Q1, language], text]]))


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("与燃气相比的价值", "Value compared with gas"),
        ("您家有没有停过电？", "Did you have no power in the last month?"),
        ("不同渠道的服务", "How easy was it to reach us?"),
        ("供电和服务总体如何？", "How are the supply and service overall?"),
        ("供电公司的网站、微信是否方便", "Do you live in a town or in the country?"),
        ("1为完全不同意，10为完全同意，电价合理吗？", "1 means disagree completely. Is the price fair?"),
        ("未来一年您会继续使用吗？", "Please rate from 1 (never) to 10 (always)."),
        ("您不满意的原因是什么？", "What did you not like?"),
        ("您与供电公司联系的方式", "How often did you contact us by phone or email?"),
    ],
)
def test_good_wording_is_left_alone(zh, en):
    assert found(patched([[Q1, {"zh": zh, "en": en}]])) == set()


OPEN, NPS = ["sections", 4, "questions", 2], ["sections", 3, "questions", 1]
MODEL, RULES = ["indicators"], ["quality"]


@pytest.mark.parametrize(
    ("patch", "finding"),
    [
        ([[[*MODEL, "paths", 3], ["SATI", "QUALI"]]], ("model-cycle", "error", "indicators.paths")),
        ([[[*MODEL, "paths", 3], ["QUALI", "NOBODY"]]], ("model-unknown", "error", "indicators.paths")),
        ([[[*MODEL, "paths"], []]], ("model-index", "error", "indicators.SATI")),
        ([[[*MODEL, "paths"], [["QUALI", "SATI"]]]], ("model-island", "error", "indicators.VALU")),
        (
            [[[*MODEL, "paths"], [["SATI", "VALU"], ["QUALI", "VALU"]]]],
            ("model-index", "error", "indicators.SATI"),
        ),
        ([[[*MODEL, "index"], "NOBODY"]], ("model-unknown", "error", "indicators")),
        (
            [[[*MODEL, "interactions"], [["SATI", "VALU", "QUALI"]]]],
            ("model-interaction", "error", "indicators.interactions"),
        ),
        (
            [[[*MODEL, "interactions"], [["QUALI", "QUALI", "SATI"]]]],
            ("model-refused", "error", "indicators.interactions"),
        ),
        (
            [[[*MODEL, "interactions"], [["QUALI", "VALU", "SATI"], ["VALU", "QUALI", "SATI"]]]],
            ("path-twice", "error", "indicators.interactions"),
        ),
        ([[[*MODEL, "paths"], [["QUALI", "SATI"]] * 400]], ("model-refused", "error", "indicators.paths")),
        (
            [[[*MODEL, "constructs", 0, "dimensions", 0, "indicators", 2], "S1"]],
            ("indicator-twice", "error", "indicators.D_SAT"),
        ),
        (
            [[[*MODEL, "constructs", 0, "dimensions", 0, "indicators", 2], "OUT"]],
            ("indicator-unknown", "error", "indicators.D_SUP"),
        ),
        ([[[*OPEN, "show_if"], "CLASS == 'castle'"]], ("logic-option", "error", "END.OPEN")),
        ([[[*OPEN, "show_if"], "NPS < 3 and NPS > 7"]], ("logic-never", "error", "END.OPEN")),
        ([[[*OPEN, "show_if"], "OUT >= 0 or OUT < 9"]], ("logic-always", "warning", "END.OPEN")),
        ([[[*OPEN, "show_if"], "IMP == 'a'"]], ("logic-type", "error", "END.OPEN")),
        ([[[*NPS, "show_if"], "answered(KAN)"]], ("logic-forward", "error", "SAT.NPS")),
        ([[[*OPEN, "show_if"], "account.tier in ['gold']"]], ("account-value", "error", "END.OPEN")),
        ([[[*OPEN, "code"], "account"]], ("code-reserved", "error", "END.account")),
        ([[[*OPEN, "code"], "q1"]], ("code-case", "error", "END.q1")),
        ([[["sections", 4, "code"], "pipes"]], ("code-reserved", "error", "pipes")),
        ([[["sections", 4, "code"], "START"]], ("code-twice", "error", "START")),
        ([[["scales", "s10", "low"], 10]], ("range-empty", "error", "scales.s10")),
        ([[["scales", "s10", "high"], 12]], ("scale-too-long", "error", "scales.s10")),
        ([[[*OPEN, "text", "en"], "Say {more}"]], ("pipe-unknown", "error", "END.OPEN")),
        ([[["pipes", "alt", "question"], "WORDS"]], ("pipe-type", "error", "pipes.alt")),
        (
            [[[*OPEN, "text", "en"], "<script>alert(1)</script>Why?"]],
            ("text-markup", "warning", "END.OPEN.text.en"),
        ),
        ([[["title", "en"], "a\x00b"]], ("text-control", "error", "title.en")),
        ([[["languages", 1], "en_GB!"]], ("language-unknown", "error", "languages")),
        ([[[*RULES, "flags_to_exclude"], 0]], ("quality-rule", "error", "quality.flags_to_exclude")),
        ([[[*RULES, "contradiction"], ["S1 >="]]], ("quality-rule", "error", "quality.contradiction")),
    ],
    ids=lambda given: given[0] + " " + given[2] if isinstance(given, tuple) else "",
)
def test_other_faults_of_each_kind_are_found(patch, finding):
    assert finding in found(patched(patch))


def test_what_is_left_out_for_its_shape_is_never_called_unknown():
    broken = patched([[[*MODEL, "constructs", 1, "dimensions"], 7]])
    assert {code for code, _, _ in found(broken)} & {"model-unknown", "model-island"} == set()
