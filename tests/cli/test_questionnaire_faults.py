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
            "double",
            "How satisfied are you with our hotline and service hall?",
            "您对热线服务以及抄表服务的评价",
        ),
        *worded("double", "Repairs are quick and well done"),
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
        *worded("jargon", "Is the GIS up to date?", "您了解DTU吗？", "容量电费"),
        *worded("jargon", "How good is our SAIFI?", "reactive power charges", "load-shedding notices"),
        *worded(
            "leading",
            "难道您不认为电价太高吗？",
            "大家都认为热线很好，您呢？",
            "您对我们优质的服务有多满意？",
            "大多数客户都满意，您呢？",
            "作为行业标杆，我们的服务您满意吗？",
            "鉴于我们良好的记录，您如何评价？",
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
        ("您对供电和服务的评价", "How satisfied are you with the time it took to restore power?"),
        ("还有什么要告诉我们的吗？", "Is there anything else that you would like to tell us?"),
        ("作为企业，您每月用电多少？", "What is the capacity of your supply in kVA?"),
    ],
)
def test_good_wording_is_left_alone(zh, en):
    assert found(patched([[Q1, {"zh": zh, "en": en}]])) == set()


MET_OPTION, ASKED_LAST = ["sections", 0, "questions", 2, "options", 3], ["sections", 4, "questions", 3]


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("没有使用过", "I have not used any"),
        ("没有接触过任何服务", "No contact at all"),
        ("没用过", "Did not use any"),
        ("从未联系", "Never used any of these"),
        ("不记得", "I don't remember"),
        ("拒绝回答", "Refuse to answer"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_option_that_denies_the_others_stands_alone_in_either_language(language, zh, en):
    text = {"zh": "抄表", "en": "Meter reading"} | {language: {"zh": zh, "en": en}[language]}
    option = {"code": "x", "value": 4, "text": text}
    finding = ("option-exclusive", "warning", "START.MET.x")
    assert finding in found(patched([[MET_OPTION, option]]))
    assert found(patched([[MET_OPTION, option | {"exclusive": True}]])) == set()


@pytest.mark.parametrize(
    ("zh", "en"),
    [("没有停电", "No power cuts"), ("没有人解释", "Nobody explained"), ("没有用过燃气", "Never used gas")],
)
def test_an_option_that_says_no_of_something_else_goes_with_the_others(zh, en):
    option = {"code": "x", "value": 4, "text": {"zh": zh, "en": en}}
    assert found(patched([[MET_OPTION, option]])) == set()


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("您的年龄", "Your age"),
        ("您的住址", "Your address"),
        ("您的电子邮箱", "Your e-mail address"),
        ("您的姓名", "Your name"),
        ("您的出生日期", "Your date of birth"),
        ("您的职业", "Your occupation"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_must_say_who_they_are_is_named_in_either_language(language, zh, en):
    text = {"zh": "其他情况", "en": "Anything else"} | {language: {"zh": zh, "en": en}[language]}
    question = {"code": "WHO", "type": "short_text", "required": True, "text": text}
    assert found(patched([[ASKED_LAST, question]])) == {("sensitive-required", "warning", "END.WHO")}
    assert found(patched([[ASKED_LAST, question | {"required": False}]])) == set()


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
