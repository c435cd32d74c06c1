"""The audit trail in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

ACTIONS = {
    "database.backup": _l("Copied the database"),
    "database.downgrade": _l("Asked to take the database back to an older release"),
    "database.restore": _l("Put a copy of the database back"),
    "database.upgrade": _l("Upgraded the database"),
    "customers.contacts_end": _l("Deleted contacts of customers after their time"),
    "customers.import": _l("Imported customers"),
    "draft.approve": _l("Approved a draft"),
    "draft.begin": _l("Began a draft"),
    "draft.unlock": _l("Turned a standard block into an ordinary one"),
    "draft.copy": _l("Copied into a draft from another questionnaire"),
    "draft.overwrite": _l("Wrote a file over a draft"),
    "draft.refuse": _l("Refused a draft"),
    "draft.submit": _l("Submitted a draft"),
    "draft.withdraw": _l("Withdrew a draft from review"),
    "index.download": _l("Downloaded a table of figures"),
    "library.put": _l("Put a block into the library"),
    "library.renew": _l("Put other parts into a block of the library"),
    "library.rename": _l("Renamed a block of the library"),
    "library.restore": _l("Put a block back on the shelf"),
    "library.undo": _l("Took back what was done to a block of the library"),
    "library.withdraw": _l("Took a block off the shelf"),
    "invitations.outcome": _l("Noted what became of invitations"),
    "quality.ask_back": _l("Asked for the return of answers"),
    "quality.assess": _l("Checked the quality of the answers"),
    "quality.exclude": _l("Left answers out"),
    "quality.give_back": _l("Returned answers"),
    "questionnaire.publish": _l("Published a questionnaire"),
    "response.erase": _l("Erased somebody's answers"),
    "responses.export": _l("Wrote answers to a file"),
    "run.approve": _l("Approved and published a run"),
    "run.ask": _l("Asked for a run"),
    "run.cancel": _l("Cancelled a run"),
    "run.create": _l("Started a run"),
    "run.download": _l("Downloaded a run"),
    "run.finish": _l("Finished a run"),
    "run.propose": _l("Proposed a run"),
    "run.take_back": _l("Took a proposal back"),
    "run.withdraw": _l("Withdrew a published run"),
    "staff.activate": _l("Switched an account on"),
    "staff.add": _l("Added a person"),
    "staff.set_up_link": _l("Made a link to set a password"),
    "staff.deactivate": _l("Switched an account off"),
    "staff.end_sessions": _l("Logged out elsewhere"),
    "staff.log_in": _l("Logged in"),
    "staff.log_in_failed": _l("Log-ins that failed within a minute"),
    "staff.log_out": _l("Logged out"),
    "staff.renew_password": _l("Ended a password; gave another, or a link to set one"),
    "staff.set_roles": _l("Changed roles"),
    "staff.set_units": _l("Changed the units of a person"),
    "trail.anchor": _l("Took the day's anchor elsewhere"),
    "trail.begin": _l("Sealed what there was"),
    "trail.begin_quality": _l("Sealed what looks at the quality of the answers had found"),
    "trail.rotate_key": _l("Began to use new keys"),
    "units.add": _l("Added organisation units"),
    "wave.close": _l("Closed a wave"),
    "wave.create": _l("Planned a wave"),
    "wave.issue_links": _l("Made single-use links"),
    "wave.download_rates": _l("Downloaded outcomes and rates"),
    "wave.change_dates": _l("Changed the dates of a wave"),
    "wave.end": _l("Ended the window of a wave"),
    "wave.open": _l("Opened a wave"),
    "wave.pause": _l("Paused a wave"),
    "wave.resume": _l("Let a wave go on"),
    "pilot.close": _l("Closed a pilot"),
    "pilot.delete": _l("Deleted a pilot with its answers"),
    "pilot.empty": _l("Deleted the answers of a pilot"),
    "pilot.links": _l("Made links for those who try a draft"),
    "pilot.freeze": _l("Froze a draft for a pilot"),
    "questionnaire.try": _l("Tried a questionnaire with synthetic people"),
    "wave.seal": _l("Sealed a wave"),
    "wave.texts_end": _l("Deleted own words after their time"),
    "wave.links_end": _l("Forgot which links led to which answers, after their time"),
    "wave.broken_end": _l("Deleted answers of broken questionnaires after their time"),
    "trail.prune": _l("Emptied entries of log-ins after their time"),
    "pruned": _l("A log-in, emptied after its time"),
    "wave.set_quotas": _l("Set the quotas of a wave"),
}
LONGEST = 160


def lines(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give what an entry says, one name and value at a time; long lists are cut, the trail keeps them."""
    for name, value in detail.items():
        if value is None or value in ({}, []):
            continue
        if isinstance(value, Mapping):
            shown = ", ".join(f"{key}: {_plain(part)}" for key, part in value.items())
        else:
            shown = _plain(value)
        yield name, shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"


def _plain(value: Any) -> str:
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)
