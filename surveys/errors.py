"""Every refusal of the questionnaire side: a stable code and what it is about; `words` has the sentences."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from surveys import words


class Problem(Enum):
    """Codes of problems. The sentence of each is in the languages' words, with named holes."""

    # the document
    DOCUMENT_INVALID = auto()
    DOCUMENT_UNREADABLE = auto()
    CODE_TWICE = auto()
    TEXT_MISSING = auto()
    SCALE_UNKNOWN = auto()
    TYPE_UNKNOWN = auto()
    LOGIC_UNREADABLE = auto()
    LOGIC_UNKNOWN = auto()
    LOGIC_FORWARD = auto()
    LOGIC_OPTION = auto()
    LOGIC_TYPE = auto()
    ACCOUNT_UNKNOWN = auto()
    ACCOUNT_VALUE = auto()
    PIPE_UNKNOWN = auto()
    INDICATOR_UNKNOWN = auto()
    INDICATOR_TWICE = auto()
    PATH_UNKNOWN = auto()
    PATH_MISSING = auto()
    ROLE_UNKNOWN = auto()
    INSTRUMENT_UNKNOWN = auto()
    SECTION_UNKNOWN = auto()
    TRANSLATION_FILE = auto()
    DRAFT_OPERATION = auto()
    DRAFT_UNDONE = auto()
    DRAFT_EXISTS = auto()
    QUESTIONNAIRE_CODE = auto()
    QUESTIONNAIRE_EXISTS = auto()
    REVIEW_OPEN = auto()
    REVIEW_STALE = auto()
    REVIEW_DECIDED = auto()
    REVIEW_OWN = auto()
    REVIEW_LACKS = auto()
    QUESTIONNAIRE_FAULTY = auto()
    BLOCK_NAME = auto()
    BLOCK_ABOUT = auto()
    BLOCK_STALE = auto()
    BLOCK_STATE = auto()
    # answers
    ANSWER_REQUIRED = auto()
    ANSWER_WANTED = auto()
    ANSWER_INVALID = auto()
    ANSWER_OFFERED = auto()
    ANSWER_NUMBER = auto()
    ANSWER_DECIMAL = auto()
    ANSWER_DATE = auto()
    ANSWER_EARLY = auto()
    ANSWER_LATE = auto()
    ANSWER_LEAST = auto()
    ANSWER_MOST = auto()
    ANSWER_ONCE = auto()
    ANSWER_EXCLUSIVE = auto()
    ANSWER_WORDS_ASIDE = auto()
    ANSWER_ELSEWHERE = auto()
    ANSWER_UNKNOWN = auto()
    ANSWER_RANGE = auto()
    TEXT_LONG = auto()
    RESPONSE_SUBMITTED = auto()
    # fieldwork
    WAVE_CLOSED = auto()
    WAVE_CODE = auto()
    WAVE_EXISTS = auto()
    WAVE_UNKNOWN = auto()
    WAVE_WINDOW = auto()
    WAVE_SETTING = auto()
    WAVE_STATE = auto()
    WAVE_RESUMES = auto()
    WAVE_OVER = auto()
    WAVE_BEGUN = auto()
    WAVE_ENDED = auto()
    WAVE_ENDS_PAUSED = auto()
    WAVE_QUOTA = auto()
    QUOTA_FULL = auto()
    QUOTA_UNKNOWN = auto()
    QUOTA_PILOT = auto()
    QUOTA_BELOW = auto()
    INVITATION_MISSING = auto()
    INVITATION_USED = auto()
    INVITATION_KIND = auto()
    INVITATION_NUMBER = auto()
    INVITATION_STATE = auto()
    INVITATION_TWICE = auto()
    INVITATION_FEW = auto()
    # frame
    CUSTOMER_UNKNOWN = auto()
    UNIT_CODE = auto()
    UNIT_EXISTS = auto()
    UNIT_LEVEL = auto()
    UNIT_UNKNOWN = auto()
    SEGMENT_NAME = auto()
    SEGMENT_VALUE = auto()
    # runs
    ANALYSIS_WITHOUT_WAVE = auto()
    ANALYSIS_STATE = auto()
    MATRIX_CODE = auto()
    MATRIX_PILOT = auto()
    PILOT_OF_DRAFT = auto()
    PILOT_STALE = auto()
    PILOT_NUMBER = auto()
    PILOT_FRAME = auto()
    PILOT_UNKNOWN = auto()
    PILOT_DAYS = auto()
    ANSWERS_DAMAGED = auto()
    SEAL_BROKEN = auto()
    RECEIPT_UNKNOWN = auto()
    QUALITY_RULE = auto()
    # decisions
    RESPONSE_UNKNOWN = auto()
    RESPONSE_NOT_EXCLUDED = auto()
    RESPONSE_NOT_ASKED = auto()
    SECOND_PERSON = auto()
    DECISION_NOTHING = auto()
    DECISION_REASON = auto()
    RUN_STATE = auto()
    RUN_NOT_OFFICIAL = auto()
    RUN_OUT_OF_DATE = auto()
    RUN_BY_FRIEND = auto()
    RUNS_MANY = auto()
    RUNS_MANY_HERE = auto()
    # drafts

    def text(self, language: str = words.FALLBACK, /, **context: object) -> str:
        """Say it in a language with its holes filled."""
        return _say("problems", self.name, language, context)


class Reason(Enum):
    """Codes of what a problem names as its reason or place; said inside the problem's sentence."""

    CONDITION_LONG = auto()
    CONDITION_SYNTAX = auto()
    CONDITION_CHAINED = auto()
    CONDITION_NO_COMPARISON = auto()
    CONDITION_RELATION = auto()
    CONDITION_REFERENCE = auto()
    CONDITION_CONSTANT = auto()
    CONDITION_DEEP = auto()
    CONDITION_DAY = auto()
    CONDITION_DAYS = auto()
    CONDITION_NOT_NUMERIC = auto()
    TYPE_CHOICE = auto()
    TYPE_SEVERAL = auto()
    TYPE_NUMBER = auto()
    TYPE_DAY = auto()
    TYPE_WORDS = auto()
    TYPE_NO_WAY_OUT = auto()
    TYPE_NO_RANKING = auto()
    TYPE_OTHER_OPTIONS = auto()
    TYPE_NOTHING = auto()
    TYPE_FORMAT = auto()
    SCREEN_DEEP = auto()
    SCREEN_LONG = auto()
    SCREEN_ANSWER = auto()
    SCREEN_COMPARISON = auto()
    SCREEN_VALUE = auto()
    CODE_NOT_IN_VERSION = auto()
    DOCUMENT_LONG = auto()
    SIGN = auto()
    WAVE_PLANNED = auto()
    WAVE_OPEN = auto()
    WAVE_PAUSED = auto()
    WAVE_CLOSED = auto()
    SCALE_ENDS = auto()
    LABEL_POINT = auto()
    LIMIT_DAY = auto()
    LOT_ALWAYS = auto()
    PIPE_BOTH = auto()
    FOR_NOTHING = auto()
    TOP = auto()
    OPERATION_KIND = auto()
    OPERATION_NODE = auto()
    OPERATION_PARENT = auto()
    OPERATION_PLACE = auto()
    OPERATION_NODES = auto()
    OPERATION_FIELD = auto()
    OPERATION_VALUE = auto()
    OPERATION_LONG = auto()
    OPERATION_ROOT = auto()
    OPERATION_LOCKED = auto()
    OPERATION_BASE = auto()
    BOOK_NONE = auto()
    BOOK_LARGE = auto()
    BOOK_COLUMN = auto()
    CATALOGUE_LANGUAGE = auto()
    CATALOGUE_NONE = auto()


class Because:
    """A reason and what it is about, said in whichever language the problem is told in."""

    def __init__(self, reason: Reason, **context: object) -> None:
        self.reason, self.context = reason, context

    def text(self, language: str) -> str:
        """Say the reason in a language."""
        return _say("reasons", self.reason.name, language, self.context)

    def plain(self) -> dict[str, Any]:
        """Give it as plain values."""
        return {"reason": self.reason.name, "context": _plain(self.context)}


class SurveyError(ValueError):
    """A refusal on the questionnaire side; nothing was changed."""

    def __init__(self, problem: Problem, **context: object) -> None:
        super().__init__(problem.name)
        self.problem, self.code, self.context = problem, problem.name, context

    def __str__(self) -> str:
        return self.text(words.FALLBACK)

    def text(self, language: str) -> str:
        """Give the message in a language."""
        return self.problem.text(language, **self.context)

    def plain(self) -> dict[str, Any]:
        """Give the refusal as plain values, from which `read` makes it again."""
        return {"problem": self.problem.name, "context": _plain(self.context)}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "SurveyError":
        """Read what `plain` gave."""
        return cls(
            Problem[plain["problem"]], **{name: _read(each) for name, each in plain["context"].items()}
        )


def wrong_state(wave: str, state: str) -> SurveyError:
    """Refuse what a wave, by its code, does not take in its state."""
    return SurveyError(Problem.WAVE_STATE, code=wave, state=Because(Reason[f"WAVE_{state.upper()}"]))


def _plain(context: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: value.plain()
        if isinstance(value, Because | SurveyError)
        else value
        if isinstance(value, int | float)
        else str(value)
        for name, value in context.items()
    }


def _read(value: Any) -> object:
    if not isinstance(value, Mapping):
        return value
    if "problem" in value:
        return SurveyError.read(value)
    return Because(Reason[value["reason"]], **{name: _read(each) for name, each in value["context"].items()})


def _say(part: str, key: str, language: str, context: Mapping[str, object]) -> str:
    holes = {
        name: value.text(language) if isinstance(value, Because | SurveyError) else value
        for name, value in context.items()
    }
    return words.say(part, key, language, **holes)
