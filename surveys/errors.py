"""Every refusal of the questionnaire side: a stable code, and its wording in English and Chinese."""

from enum import Enum


class Problem(Enum):
    """Codes of problems; the value is the wording in English and in Chinese, with named holes."""

    # the document
    DOCUMENT_INVALID = (
        "The questionnaire is not valid at {place}: {reason}",
        "问卷在 {place} 处无效：{reason}",
    )
    DOCUMENT_UNREADABLE = (
        "This is not a questionnaire in JSON: {reason}. Choose a file exported by Manyi.",
        "文件不是 JSON 问卷：{reason}。请选择由满意导出的文件。",
    )
    CODE_TWICE = (
        "The code {code} is used twice, the second time at {place}. Give one of them another code.",
        "代码 {code} 重复，第二次出现在 {place}。请更换其中一个。",
    )
    TEXT_MISSING = (
        "{place} has no text in {language}. Write one, or remove the language.",
        "{place} 缺少 {language} 文本。请补充，或去掉该语言。",
    )
    SCALE_UNKNOWN = (
        "{place} names the unknown scale {code}. Known scales: {known}.",
        "{place} 使用了未知量表 {code}。可用量表：{known}。",
    )
    LOGIC_UNREADABLE = (
        "The condition “{text}” cannot be read: {reason}.",
        "条件“{text}”无法解析：{reason}。",
    )
    LOGIC_UNKNOWN = (
        "{place}: the condition asks about {code}, which no question has.",
        "{place}：条件引用了不存在的题目 {code}。",
    )
    LOGIC_FORWARD = (
        "{place}: the condition asks about {code}, which comes later. Move the question or the condition.",
        "{place}：条件引用了后面的题目 {code}。请调整题目顺序或条件。",
    )
    LOGIC_OPTION = (
        "{place}: {code} has no option {option}. Known options: {known}.",
        "{place}：{code} 没有选项 {option}。可用选项：{known}。",
    )
    PIPE_UNKNOWN = (
        "{place} pipes in {{{name}}}, which nothing fills. Known names: {known}.",
        "{place} 引用了未定义的 {{{name}}}。可用名称：{known}。",
    )
    INDICATOR_UNKNOWN = (
        "The indicator system names {code}, which is not a rated question.",
        "指标体系引用了 {code}，但它不是评分题。",
    )
    INDICATOR_TWICE = (
        "{code} stands under two dimensions, {place}. A question belongs to one.",
        "{code} 同时属于两个维度（{place}）。每题只能属于一个维度。",
    )
    PATH_UNKNOWN = (
        "{source} → {target} names an unknown construct.",
        "路径 {source} → {target} 引用了未知的潜变量。",
    )
    PATH_MISSING = (
        "An interaction on {target} needs the path {source} → {target}. Add it, or drop the interaction.",
        "对 {target} 的交互作用需要路径 {source} → {target}。请添加该路径，或去掉交互作用。",
    )
    INSTRUMENT_UNKNOWN = (
        "There is no instrument {code}. Known: {known}.",
        "没有问卷模板 {code}。可用：{known}。",
    )
    SECTION_UNKNOWN = ("There is no section {section} in this version.", "此版本没有分区 {section}。")
    DRAFT_STALE = (
        "Somebody else has saved meanwhile (revision {theirs}, yours {yours}). Reload and repeat it.",
        "其他人已保存了此问卷（版本 {theirs}，您的版本 {yours}）。请重新载入后再修改。",
    )
    QUESTIONNAIRE_EXISTS = (
        "There is a questionnaire {code} already. Choose another code.",
        "问卷代码 {code} 已存在，请更换。",
    )
    QUESTIONNAIRE_UNKNOWN = (
        "There is no questionnaire {code}. Known: {known}.",
        "没有问卷 {code}。现有：{known}。",
    )
    # answers
    ANSWER_REQUIRED = ("Please answer this question to go on.", "请先回答此题再继续。")
    ANSWER_OFFERED = (
        "This is not one of the answers offered. Please choose again.",
        "所选答案不在选项之内，请重新选择。",
    )
    ANSWER_NUMBER = (
        "Please enter a whole number from {low} to {high}.",
        "请输入 {low} 到 {high} 之间的整数。",
    )
    ANSWER_DATE = ("Please enter a date such as 2026-03-31.", "请输入日期，例如 2026-03-31。")
    ANSWER_MOST = ("Please choose at most {limit}.", "最多选择 {limit} 项。")
    ANSWER_ONCE = ("Each item can be chosen once only.", "每项只能选择一次。")
    ANSWER_EXCLUSIVE = (
        "This answer cannot be combined with others. Please keep one of them.",
        "该选项不能与其他选项同时选择，请保留其一。",
    )
    ANSWER_HIDDEN = ("This question was not asked.", "此题未向您提问。")
    ANSWER_UNKNOWN = ("There is no answer {code} in this version.", "此版本没有答案项 {code}。")
    ANSWER_RANGE = ("The answer {value} to {code} cannot be stored.", "{code} 的答案 {value} 无法保存。")
    TEXT_LONG = ("Please shorten this text to {limit} characters.", "请将文字缩短到 {limit} 字以内。")
    RESPONSE_SUBMITTED = ("These answers have been submitted already.", "该答卷已经提交。")
    # fieldwork
    WAVE_CLOSED = ("This survey is not taking answers now.", "本次调查目前不接受作答。")
    WAVE_CODE = (
        "{code!r} cannot be a wave's code. Use letters, digits, - and _.",
        "{code!r} 不能作为调查期代码，请使用字母、数字、- 和 _。",
    )
    WAVE_EXISTS = (
        "The code {code} is taken by another wave. Choose another.",
        "代码 {code} 已被使用，请更换。",
    )
    WAVE_UNKNOWN = ("There is no wave {code}. Known: {known}.", "没有调查期 {code}。现有：{known}。")
    WAVE_WINDOW = ("A wave must open before it closes.", "开始时间必须早于结束时间。")
    WAVE_SETTING = (
        "{value!r} is no {name} of a wave. Choose one of {allowed}.",
        "{value!r} 不是有效的 {name}，可选：{allowed}。",
    )
    WAVE_STATE = (
        "The wave {code} is {state}; this cannot be done now.",
        "调查期 {code} 当前状态为 {state}，无法执行此操作。",
    )
    WAVE_QUOTA = (
        "The quota {quota} cannot be read. Name segments and a limit of at least 1.",
        "配额 {quota} 无法识别。请给出客户群和不小于 1 的上限。",
    )
    QUOTA_FULL = (
        "Thank you. Enough answers from customers like you have come in already.",
        "谢谢您。与您同类客户的答卷已经足够。",
    )
    INVITATION_MISSING = (
        "This survey can be answered with a personal link only.",
        "本次调查仅限持个人链接者作答。",
    )
    INVITATION_USED = ("This link cannot be used any more.", "此链接已不能使用。")
    INVITATION_KIND = (
        "The wave {code}: an anonymous wave is given a number of links, a confidential one its customers.",
        "调查期 {code}：匿名调查请给出链接数量，实名调查请给出客户名单。",
    )
    INVITATION_NUMBER = ("Ask for 1 to {limit} links at a time.", "每次可生成 1 到 {limit} 个链接。")
    INVITATION_STATE = ("{state!r} is no outcome of an invitation.", "{state!r} 不是有效的邀请结果。")
    INVITATION_TWICE = (
        "Customer {customer} has a link for this wave already.",
        "客户 {customer} 已有本调查期的链接。",
    )
    ACCOUNT_IN_ANONYMOUS_WAVE = (
        "An anonymous wave cannot know the customer's account.",
        "匿名调查不能关联客户账户。",
    )
    # frame
    CUSTOMER_UNKNOWN = ("There is no customer {code}.", "没有客户 {code}。")
    UNIT_CODE = ("{code!r} cannot be a unit's code.", "{code!r} 不能作为单位代码。")
    UNIT_EXISTS = ("There is a unit {code} already.", "单位 {code} 已存在。")
    UNIT_LEVEL = (
        "The unit {code} must stand below its parent {parent} in the organisation.",
        "单位 {code} 的层级必须低于上级 {parent}。",
    )
    UNIT_UNKNOWN = ("There is no unit {code}.", "没有单位 {code}。")
    SEGMENT_NAME = ("{name} is no segment of customers.", "{name} 不是客户分群。")
    SEGMENT_VALUE = ("{value!r} is no {name} of customers.", "{value!r} 不是有效的 {name}。")
    # runs
    ANALYSIS_WITHOUT_WAVE = ("Name at least one wave to analyse.", "请至少选择一个调查期。")
    ANALYSIS_STATE = (
        "The run is {state}; this cannot be done now.",
        "该分析状态为 {state}，无法执行此操作。",
    )
    MATRIX_CODE = ("No wave asks {code}.", "没有调查期包含 {code}。")
    MATRIX_PILOT = (
        "Wave {code} is a pilot and never enters an official index. Leave it out or include pilots.",
        "调查期 {code} 为试点，不计入正式指数。请去掉它，或明确选择包含试点。",
    )
    ANSWERS_DAMAGED = (
        "Stored answers of wave {code} do not fit its version. Restore them from a backup.",
        "调查期 {code} 的答卷与问卷版本不符，请从备份恢复。",
    )
    QUALITY_RULE = (
        "The quality rule {rule} cannot be used: {reason}.",
        "质量规则 {rule} 无法使用：{reason}。",
    )
    DRAFT_NOTHING = ("There is nothing to undo or redo.", "没有可撤销或重做的操作。")

    def text(self, language: str = "en", /, **context: object) -> str:
        """Give the wording with its holes filled; languages other than Chinese get English."""
        return self.value[1 if language == "zh" else 0].format(**context)


class SurveyError(ValueError):
    """A refusal on the questionnaire side; nothing was changed."""

    def __init__(self, problem: Problem, **context: object) -> None:
        self.problem, self.code, self.context = problem, problem.name, context
        super().__init__(problem.text("en", **context))

    def text(self, language: str) -> str:
        """Give the message in a language."""
        return self.problem.text(language, **self.context)
