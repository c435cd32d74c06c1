"""Consent and personal questions: nobody is held to an answer, and who refuses is let go."""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from surveys.findings.finding import Finding, error, warning
from surveys.findings.reach import sound_conditions
from surveys.findings.subject import Asked, Subject
from surveys.findings.texts import shown
from surveys.findings.ways import Paths, TooManyError
from surveys.logic.tree import Comparison, Reference
from surveys.questions.base import Question
from surveys.questions.parts import Option

SENSITIVE: Final = re.compile(
    r"收入|工资|月薪|年薪|薪水|薪酬|存款|资产|负债|身份证|护照|银行卡|宗教|信仰|民族|政治面貌|党派|健康状况|患病|疾病|病史|残疾"
    r"|婚姻|性取向|性别|手机号|电话号码|(联系|[您你]的)电话|住址|邮箱|姓名|怀孕|犯罪|学历|教育程度|年龄|多大年纪|出生(日期|年份|年月)|职业"
    r"|\b(income|salary|wages?|earn(ings?)?|savings|debts?|religio\w*|faith|ethnic\w*|race|political"
    r"|party member\w*|health condition"
    r"|illness\w*|disease\w*|disabilit\w*|disabled|marital|sexual\w*|gender|phone number|your (full )?name"
    r"|(home|e-?mail|your) address|(date|year) of birth|your age|age group|how old are you|occupation"
    r"|profession|identity card|id (card|number)|passport|bank account|pregnan\w*|criminal)\b",
    re.IGNORECASE,
)
DECLINING: Final = re.compile(
    r"不便|不愿|不想|拒绝|拒答|保密|不回答|不透露"
    r"|prefer not|rather not|no answer|not (to )?(say|answer|tell)|declin|refuse",
    re.IGNORECASE,
)
REFUSING: Final = re.compile(
    r"^\W*(否|不|拒绝|no\b|not\b|i (do not|don.?t)|declin|refus|disagree)", re.IGNORECASE
)


def find(subject: Subject) -> Iterator[Finding]:
    """Find consent that is no consent, and personal questions that must be answered."""
    paths: Paths | None = None
    scales = subject.document.scales
    for asked in subject.questions:
        question = asked.question
        if question.nature.is_consent:
            if question.required is not True:
                yield error("consent-optional", asked.place)
            if any(
                each.number < asked.number and each.question.controls(scales) for each in subject.questions
            ):
                yield warning("consent-late", asked.place)
            paths = paths or Paths(subject, sound_conditions(subject))
            with suppress(TooManyError):
                if _is_asked_on(paths, asked, _refusing(subject, question)):
                    yield error("consent-stop", asked.place)
        elif question.required is True and (found := _sensitive(subject, asked)):
            yield warning("sensitive-required", asked.place, found=found)


def _refusing(subject: Subject, question: Question) -> Option:
    """Give the option that refuses: by its words, else by the value 0, else the last."""
    options = question.offered()
    for option in options:
        texts = (shown(option.wording.get(each, "")[:200]) for each in subject.document.languages)
        if any(map(REFUSING.match, texts)):
            return option
    return next((option for option in options if option.value == 0), options[-1])


def _is_asked_on(paths: Paths, asked: Asked, refusing: Option) -> bool:
    """Tell whether anything on a later page is asked of who refuses."""
    code = asked.question.code
    refused = paths.of(Comparison(Reference(code), "==", refusing.code))
    if code not in paths.answers:  # no condition asks about it
        return any(each.page > asked.page for each in paths.subject.questions)
    refused = ({code: frozenset({refusing.code})},)
    return any(
        paths.can_be(paths.both(refused, paths.asked(each.question.code)[0]))
        for each in paths.subject.questions
        if each.page > asked.page and paths.subject.where.get(each.question.code) is each
    )


def _sensitive(subject: Subject, asked: Asked) -> str:
    question = asked.question
    for language in subject.document.languages:
        found = SENSITIVE.search(shown(question.text.get(language, "")[:2000]))
        if found is not None:
            offered = (text for option in question.offered() for text in option.wording.values())
            outs = (getattr(question, "dont_know", False), getattr(question, "not_applicable", False))
            return "" if any(outs) or any(map(DECLINING.search, offered)) else found[0]
    return ""
