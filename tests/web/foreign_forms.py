"""What each address that takes forms is sent: with its own things, and with another's in their place."""

import io
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple

from tests.web.demo_site import FIRST, LIVE, SECOND

ACCOUNTS = "administrators have charge of every account"
SHARED = "every draft is every designer's, and it names nothing but the draft"
ONESELF = "it is about whoever sends it, and names nobody"
NOTHING: Mapping[str, str] = {
    "security.login": ONESELF,
    "security.logout": ONESELF,
    "security.verify": ONESELF,
    "security.change_password": ONESELF,
    "security.forgot_password": "whoever is named gets a mail, which tells nothing to who asked",
    "security.reset_password": "the link tells whose password it is",
    "admin.staff_add": ACCOUNTS,
    "admin.staff_roles": ACCOUNTS,
    "admin.staff_units": ACCOUNTS,
    "admin.staff_active": ACCOUNTS,
    "admin.staff_password": ACCOUNTS,
    "drafts.start": "what it begins from is everybody's",
    "drafts.submit": SHARED,
    "drafts.add_language": SHARED,
    "pilot.freeze": SHARED,
}


class Form(NamedTuple):
    """A form that is taken, and what stands in its place of another's.

    `says` is on the page to which the form leads where it is refused there; one that `changes` nothing is
    taken and forgotten.
    """

    own: dict[str, Any]
    foreign: list[dict[str, Any]]
    says: str = ""
    changes: bool = True


Make = Callable[[SimpleNamespace, str], Form]
REASON = {"reason": "It is a test."}


def _small(there, **own):
    return {"code": "small", "base": str(there.base)} | own


def _large(there, **own):
    return {"code": "large", "base": str(there.far_base)} | own


def _of_part(code: str, **own) -> Make:
    """A form of one part of a draft."""

    def make(there, _role):
        return Form(_small(there, node_id=there.at[code].id, **own), [{"node_id": there.far["L59"].id}])

    return make


def _move(there, _role):
    far = str(there.far["L59"].id)
    own = _small(there, node_id=there.at["S1"].id, to=str(there.at["B"].id))
    return Form(
        own, [{"node_id": far}, {"to": far}, {"to": "up", "above": far}, {"to": "down", "below": far}]
    )


def _bring(there, _role):
    part = str(there.far["L3"].id)
    own = _small(there, source="draft:large", part=part, into=str(there.at["A"].id), how="leave")
    return Form(own, [{"part": "999"}, {"into": part}, {"source": "draft:sound", "part": part}])


def _put(there, role):
    own = _small(there, part=str(there.at["S1"].id), name="Mine", about="")
    foreign: list[dict[str, Any]] = [{"part": str(there.far["L59"].id)}]
    return Form(own, foreign + [{"instead": "2/1"}] * (role == "designer"))


def _block(_there, role):
    own = {"block": 1, "doing": "rename", "seen": "1", "name": "Another", "about": ""}
    return Form(own, [{"block": 2}] * (role == "designer"))


def _write(there, _role):
    own = _small(there, language="en") | {f"t:{there.at['S1'].id}:text": "The first"}
    gone = {f"t:{there.at['S1'].id}:text": None}
    return Form(own, [{"language": "de"}, gone | {f"t:{there.far['L59'].id}:text": "Another's"}])


def _translate(there, _role):
    head = 'msgid ""\nmsgstr "Language: en\\n"\n\n'
    text = f'{head}msgctxt "{there.at["S1"].id}:text"\nmsgid "一"\nmsgstr "Uno"\n'
    own = _small(there, language="en", file=lambda: (io.BytesIO(text.encode()), "small-en.po"))
    return Form(own, [{"language": "de"}])


def _series(there, _role):
    own = {"code": "sound", "base": "1", there.worded: "same"}
    return Form(own, [{there.worded: None, there.far_worded: "same"}], says="Choose for at least one")


def _wave(code: str, **own) -> Make:
    """A form of a wave; the wave of a pilot is none that its address knows."""
    return lambda there, _role: Form({"code": code, **own}, [{"code": there.pilots[0]}])


def _links(there, _role):
    own = {"code": "INVITED", "number": "3", "known": "0"}
    return Form(own, [{"code": there.pilots[0]}, {"code": "OPEN"}])


def _quotas(there, _role):
    own = {"code": "COUNTED", "quota-SHOPS": "5"}
    return Form(
        own, [{"code": there.pilots[0]}, {"quota-SHOPS": None, "quota-OTHERS": "5"}, {"code": "OPEN"}]
    )


def _answers(kind: str) -> Make:
    def make(there, _role):
        own, far = getattr(there, kind)[FIRST], getattr(there, kind)[LIVE]
        foreign = [{"code": there.pilots[0]}, {"response": far}, {"response": f"{own} {far}"}, {"code": LIVE}]
        return Form({"code": FIRST, "response": own, **REASON}, foreign)

    return make


def _ask(there, _role):
    own = {"wave": SECOND, "method": "pls", "scheme": "path", "bootstrap": "200", "seed": "7"}
    return Form(own, [{"wave": "TRIED"}, {"wave": there.pilots[0]}])


def _run(kind: str) -> Make:
    """A form of one run; a run of several waves, and one of a wave that goes on, are none of these."""

    def make(there, _role):
        foreign = [{"run_id": there.series}, {"run_id": there.open_run}]
        return Form({"run_id": getattr(there, kind), **REASON}, foreign)

    return make


def _approve(there, role):
    foreign = [{"run_id": there.series}, {"run_id": there.open_run}, {"run_id": there.proposed[role]}]
    return Form({"run_id": there.proposed["colleague"], **REASON}, foreign)


def _cancel(there, role):
    foreign = [{"run_id": there.waiting["colleague"]}] * (role == "analyst")
    return Form({"run_id": there.waiting[role]}, foreign)


def _sessions(there, role):
    return Form({"key": there.sessions[role]}, [{"key": there.sessions["colleague"]}])


def _pilot(**own) -> Make:
    return lambda _there, _role: Form({"code": "small", "number": 1, **own}, [{"number": 2}])


def _version(**own) -> Make:
    """A form of a published version; another questionnaire has a second one."""
    named = {"source": "version", "code": "site", "part": "1", **own}
    foreign: list[dict[str, Any]] = [{"part": "2"}]
    if "section" in own:
        foreign.append({"section": "who"})
    return lambda _there, _role: Form(named, foreign, changes="section" not in own)


FORMS: Mapping[str, Make] = {
    "accounts.end_sessions": _sessions,
    "author.preview_step": _version(section="start"),
    "trial.start": _version(people="20", seed="1"),
    "drafts.preview_step": lambda _there, _role: Form(
        {"code": "small", "section": "A"}, [{"section": "Z"}], changes=False
    ),
    "drafts.save": _of_part("S1", **{"v:text/en": "Anew"}),
    "drafts.here": _of_part("S1"),
    "drafts.add": _of_part("A", kind="question", type="rating"),
    "drafts.paste": _of_part("A", kind="question", type="rating", lines="新\tNew"),
    "drafts.double": _of_part("S1"),
    "drafts.drop": _of_part("S1", how="keep"),
    "drafts.restore": _of_part("S2"),
    "drafts.unlock": _of_part("QUAL", **REASON),
    "drafts.shape": _of_part("B", field="show_if", do="save-text", text="S1 <= 3"),
    "drafts.move": _move,
    "drafts.mend": lambda there, _role: Form(
        _small(there, which=there.repair), [{"which": there.far_repair}], says="mended already"
    ),
    "drafts.undo": lambda there, _role: Form(_small(there, which="1"), [{"which": "9"}]),
    "drafts.bring": _bring,
    "drafts.put": _put,
    "drafts.change_block": _block,
    "drafts.write": _write,
    "drafts.translate": _translate,
    "drafts.decide_series": _series,
    "drafts.accept": lambda there, _role: Form(
        _large(there, warning=there.warning, **REASON),
        [{"warning": there.far_warning}],
        says="Tick at least one warning",
    ),
    "drafts.decide": lambda there, _role: Form(
        _large(there, decision="withdraw", review=str(there.review)),
        [{"review": str(there.far_review)}],
        says="decided in the meantime",
    ),
    "drafts.publish": lambda there, _role: Form(
        _large(there, review=str(there.review)),
        [{"review": str(there.far_review)}],
        says="decided in the meantime",
    ),
    "drafts.overwrite": lambda _there, _role: Form(
        {"code": "sound", "base": "1", "version": "1"}, [{"version": "2"}]
    ),
    "pilot.links": _pilot(),
    "pilot.close": _pilot(),
    "pilot.empty": _pilot(),
    "pilot.delete": _pilot(),
    "fieldwork.create": lambda there, _role: Form(
        {
            "version": there.version_id,
            "code": "NEW",
            "title_zh": "新",
            "title_en": "New",
            "access": "public",
            "privacy": "anonymous",
            "purpose": "official",
            "mode": "web",
        },
        [{"version": str(there.pilot_version)}],
    ),
    "fieldwork.links": _links,
    "fieldwork.set_quotas": _quotas,
    "life.open_": _wave("PLANNED"),
    "life.pause": _wave("OPEN", **{"pause-reason": "A test."}),
    "life.resume": _wave("PAUSED"),
    "life.change_dates": _wave("PLANNED", **{"dates-closes_on": "2090-01-01"}),
    "life.end": _wave("OPEN", **{"end-reason": "A test."}),
    "life.close": _wave("OPEN", **{"close-reason": "A test."}),
    "quality.exclude": _answers("answers"),
    "quality.ask_back": _answers("out"),
    "quality.give_back": _answers("asked"),
    "runs.index": _ask,
    "runs.repeat": lambda there, _role: Form({"run_id": there.run}, [{"run_id": there.series}]),
    "runs.cancel": _cancel,
    "deciding.propose": _run("run"),
    "deciding.approve": _approve,
    "deciding.take_back": _run("colleagues_proposal"),
    "deciding.withdraw": _run("published"),
}
