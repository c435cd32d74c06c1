"""What is stored, in kinds: columns, the pages that show them, and how long they are kept.

Tests hold every table and column, and every page of staff, to be of one kind here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from flask_babel import lazy_gettext as _l


class Kind(NamedTuple):
    """One kind of data.

    `columns` are its tables with their columns, `shown` the pages that show it, `changed` the actions that
    change it; who may open these is read from their rules. `what` and `kept` are sentences.
    """

    title: object
    what: object
    kept: object
    columns: Mapping[str, str]
    shown: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    of_units: bool = False  # roles with units see what is of their units
    rooms: tuple[
        str, ...
    ] = ()  # all pages of these rooms are of it: what is read shows, what is sent changes


UNTIL_DELETED: Final = _l("Until whoever runs the server deletes it; no job of the site does.")
KINDS: Final[Mapping[str, Kind]] = {
    "answers": Kind(
        _l("Answers of customers"),
        _l(
            "What was answered in numbers and own words, the seconds spent on each part, language, way of "
            "asking, what the answers count as, and when. In an anonymous wave when is the day alone, and "
            "no link, account or name stands with them. No page shows a single questionnaire; whoever runs "
            "the server can write the answers of a wave to a file; whoever has it may recognise somebody by "
            "rare answers or own words."
        ),
        _l(
            "Own words until 24 months after the wave has closed, answers of questionnaires that were broken "
            "off until 12 months after it; all else until whoever runs the server deletes it."
        ),
        {
            "response": "wave_id id version_id anonymous client_key mode language state revision section "
            "segment_id started_at completed_at receipt answers timings texts seed day ended_by disposition "
            "seal"
        },
    ),
    "counts": Kind(
        _l("Waves, and how many have answered"),
        _l(
            "Title, days, version and settings of each round, and the numbers of people who began, "
            "finished, refused or could not be reached. Roles with units see the numbers of their units "
            "alone, in steps of five."
        ),
        UNTIL_DELETED,
        {
            "wave": "id code title version_id opens_at closes_at resumes_on purpose mode access anonymous "
            "state quotas settings public_key created_at key_number settled_at n_settled rewritten_at",
            "quota_cell": "wave_id quota most taken",
        },
        ("fieldwork.index", "fieldwork.wave", "rates.download"),
        ("fieldwork.create", "fieldwork.set_quotas"),
        rooms=("life",),
        of_units=True,
    ),
    "links": Kind(
        _l("Personal links"),
        _l(
            "Of each link a fingerprint and what became of it; the link itself is handed over once and not "
            "kept. In a confidential wave also whose it is and to which answers it led, which no page "
            "shows. In an anonymous wave neither is stored, and of the customer at most what ten or more of "
            "those invited have in common; until links are marked as used, together from 20 answers on and "
            "at the end, a key beside the database leads from a link to its answers."
        ),
        _l(
            "Which link of a confidential wave led to which answers, until 24 months after the wave has "
            "closed; fingerprints and what became of them until whoever runs the server deletes them."
        ),
        {
            "invitation": "token_hash wave_id anonymous customer_id purpose state changed_at segment_id "
            "disposition",
            "participation": "token_hash wave_id anonymous response_id",
        },
        (),
        ("fieldwork.links",),
    ),
    "customers": Kind(
        _l("Customer file and units"),
        _l(
            "Codes of customers with unit, class, tier, kind of account and area; apart from them name, "
            "telephone, e-mail and postal address, to invite. The units of the company, and the "
            "combinations of these values that stand with answers. No page shows customers; whoever runs "
            "the server imports the file."
        ),
        _l(
            "Name, telephone, e-mail and postal address until 24 months after the last import that gave one "
            "of them; all else until whoever runs the server deletes it."
        ),
        {
            "customer": "id code unit_id customer_class tier account_type area",
            "contact": "customer_id name phone email address seen_on",
            "unit": "id code name level parent_id parent_level",
            "segment": "id label unit_id customer_class tier account_type area",
        },
    ),
    "questionnaires": Kind(
        _l("Questionnaires"),
        _l(
            "Drafts with who changed what and when and who has them open now, reviews, trials with invented "
            "people, and published versions with who published them and why."
        ),
        UNTIL_DELETED,
        {
            "questionnaire": "id code created_at",
            "version": "id questionnaire_id kind number document slots content_hash published_at "
            "published_by way reason accepted series approved_by change submitted_by",
            "review": "id draft_id number submitted_by submitted_at decision decided_by decided_at reason",
            "accepted_finding": "id questionnaire_id code place content reason staff_name at",
            "series_decision": "id questionnaire_id code content staff_name at",
            "trial": "id source change document people seed day state progress message refusal result "
            "created_at created_by started_at finished_at",
            "library_entry": "block number doing staff_name at name about source edition withdrawn document",
            "draft": "id questionnaire_id base_version_id number state begun_at begun_by",
            "draft_node": "draft_id id kind parent place dropped fields touched",
            "draft_change": "draft_id number staff_name at base tab client gesture undoes operations",
            "draft_snapshot": "draft_id number why nodes",
            "draft_presence": "draft_id staff_name node at",
        },
        ("author.preview_step", "drafts.preview_step"),  # sent, and shown to whoever sent it
        (),
        rooms=("author", "drafts", "trial"),
    ),
    "pilots": Kind(
        _l("Pilots of drafts"),
        _l(
            "What a few people answered and wrote about a draft that they tried, without a name or the time "
            "of day. Designers see counts by question and the comments; no figure and no file has any of it. "
            "Which customers were asked to try it and on which day, with nothing that leads to what they "
            "said; designers get their codes with the links as a file."
        ),
        _l(
            "Until a designer deletes the pilot; that a customer was asked, until whoever runs the server "
            "deletes it."
        ),
        {
            "pilot_comment": "wave_id response_id place text",
            "pilot_person": "version_id customer_id asked_on",
        },
        rooms=("pilot",),
    ),
    "quality": Kind(
        _l("Quality of answers"),
        _l(
            "Which answers are doubtful, by a number that leads to nobody, and who left them out or "
            "returned them and why. How many answers came within an hour from an office, a range of "
            "addresses or a tablet for many people is counted where it was five or more, apart from the "
            "answers."
        ),
        _l(
            "Decisions until whoever runs the server deletes them; the counts by the hour go a day after "
            "the wave has ended."
        ),
        {
            "decision": "wave_id number response_id kind what actor reason at",
            "burst": "wave_id number kind place began n n_alike usual excludes",
            "quality_check": "wave_id at is_final n_responses counts",
        },
        ("quality.show",),
        ("quality.exclude", "quality.ask_back", "quality.give_back"),
    ),
    "figures": Kind(
        _l("Published figures"),
        _l(
            "The index and what moves it, for all customers, units and classes; groups of fewer than "
            "%(floor)s answers are not shown. Roles with units see their units and those above and below."
        ),
        UNTIL_DELETED,
        {"run_decision": "id run_id wave_id kind actor reason at"},
        ("insight.index", "insight.construct", "insight.download"),
        ("deciding.propose", "deciding.approve", "deciding.take_back", "deciding.withdraw"),
        of_units=True,
    ),
    "runs": Kind(
        _l("Runs of the model"),
        _l("Every estimation with its settings, its figures and who asked for it; no single answers."),
        UNTIL_DELETED,
        {
            "analysis": "id title wave_codes specification options seed code_version data_fingerprint "
            "sealed n_respondents state progress message refusal result created_at created_by started_at "
            "finished_at"
        },
        ("runs.index", "runs.show", "runs.progress", "runs.result"),
        ("runs.cancel", "runs.repeat"),
    ),
    "staff": Kind(
        _l("Accounts of staff"),
        _l(
            "E-mail address, name, language, roles, units, when and from where somebody last logged in, "
            "and a fingerprint of the password, from which "
            "it cannot be read. Everybody sees and changes their own password."
        ),
        UNTIL_DELETED,
        {
            "staff": "id email name language password active fs_uniquifier confirmed_at last_login_at "
            "current_login_at last_login_ip current_login_ip login_count tf_primary_method tf_totp_secret",
            "role": "id name description permissions",
            "staff_role": "staff_id role_id",
            "staff_unit": "staff_id unit_id given_by",
        },
        ("admin.staff", "admin.staff_person"),
        (
            "admin.staff_add",
            "admin.staff_active",
            "admin.staff_password",
            "admin.staff_roles",
            "admin.staff_units",
        ),
    ),
    "log_ins": Kind(
        _l("Log-ins of staff"),
        _l(
            "When, from which address and with which browser somebody is logged in, shown to that person "
            "alone; how often a log-in failed, by keys from which no address can be read."
        ),
        _l(
            "A log-in ends with the log-out, with a new password, and after %(hours)s hours; its row goes "
            "at the next log-in of anybody. Failures are forgotten after a day."
        ),
        {
            "staff_session": "key staff_id began_at address browser",
            "attempt": "key number until",
        },
        ("accounts.own_sessions",),
        ("accounts.end_sessions",),
    ),
    "trail": Kind(
        _l("Audit trail"),
        _l(
            "Who did what to which object and when, with log-ins and downloads, each entry chained to the "
            "one before; no answers."
        ),
        _l(
            "For good: the database refuses to change or delete an entry. Of log-ins, who and when goes "
            "after 12 months, and what proves that there was one stays."
        ),
        {"audit_entry": "id number key at actor action target detail previous_hash hash"},
        ("admin.audit",),
    ),
}
# Pages that show nothing of anybody but whoever opens them.
OWN: Final = frozenset({"home.home", "security.change_password", "security.logout", "security.verify"})
NEVER: Final = (
    _l("the address, the browser or the referring page of a customer who answers"),
    _l("the time of day of an answer in an anonymous wave"),
    _l("in an anonymous wave, which customer or which link gave which answers"),
    _l("personal links and passwords in a form that can be read"),
    _l("answers, own words or links in the logs of the site"),
    _l("cookies or scripts of other companies: pages load nothing from elsewhere"),
)
