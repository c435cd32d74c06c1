"""Names of what is counted in kinds, each said once: modes, access, purposes, customer classes, tiers."""

from collections.abc import Mapping
from datetime import datetime

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from surveys.models.collection import KIOSK, Access, Mode, Purpose

ACCESS: Mapping[str, object] = {
    Access.PUBLIC: _l("Public link: whoever has it may answer"),
    Access.INVITED: _l("Single-use links: one answer a link"),
}
ANONYMOUS = "anonymous"
PRIVACY: Mapping[str, object] = {
    ANONYMOUS: _l("Anonymous: which person or link gave which answers is not stored"),
    "confidential": _l("Confidential: which link gave which answers is stored, and no page shows it"),
}
PURPOSE: Mapping[str, object] = {
    Purpose.OFFICIAL: _l("Official: counts towards the index"),
    Purpose.PILOT: _l("Pilot: never counts towards an official index"),
}
MODE: Mapping[str, object] = {
    Mode.WEB: _l("Web"),
    Mode.PHONE: _l("Telephone"),
    Mode.FACE: _l("Face to face"),
    Mode.PAPER: _l("Paper"),
    Mode.MIXED: _l("Mixed"),
}
# How single answers came.
CHANNELS: Mapping[str, object] = {**MODE, KIOSK: _l("Tablet for many people")}
GROUPS: Mapping[str, object] = {
    "province": _l("By province"),
    "city": _l("By city"),
    "county": _l("By district"),
    "office": _l("By office"),
    "unit": _l("By unit"),
    "customer_class": _l("By customer class"),
    "tier": _l("By tier of customers"),
    "account_type": _l("By kind of account"),
    "area": _l("By area"),
}
FORMS = {"full": _l("Full form"), "short": _l("Short form")}
CLASSES = {
    "residential": _l("Residential customers"),
    "commercial": _l("Commercial customers"),
    "industrial": _l("Industrial customers"),
    "other": _l("Other customers"),
}
TIERS = {
    "basic": _l("Basic expectations"),
    "price_linked": _l("Price-linked expectations"),
    "beyond_value": _l("Beyond-value expectations"),
}
# What a field of a questionnaire is set to.
CHOICES: Mapping[str, object] = {
    "required": _l("Required"),
    "soft": _l("Asked for once more"),
    "chosen": _l("Those chosen"),
    "left": _l("Those not chosen"),
    "random": _l("In random order"),
    **TIERS,
}
# What is doubtful about an answer, by the name of the flag.
FLAGS: Mapping[str, object] = {
    "speeder": _l("Answered too fast"),
    "straightline": _l("The same answer throughout"),
    "contradiction": _l("Answers that contradict one another"),
    "attention": _l("Control question missed"),
    "item_missing": _l("Hardly anything answered"),
    "burst": _l("In a burst of answers (a mark, counts for nothing)"),
    "praise": _l("Only best answers, in an office with strikingly many"),
    "alike": _l("Alike answers in a burst"),
}
# Rules of quality, and what each is told by.
RULES: Mapping[str, object] = {**FLAGS, "flags_to_exclude": _l("Flags from which an answer is left out")}
LIMITS: Mapping[str, object] = {
    "median_divisor": _l("Times faster than half of the people"),
    "seconds_per_item": _l("Seconds for a question, at least"),
    "share": _l("Share that was not answered (0 to 1)"),
    "times_usual": _l("Times the usual number"),
    "least": _l("Answers, at least"),
    "top_sd": _l("Standard errors above the usual share of best answers"),
}


def flags_text(names: str) -> str:
    """Say flags that are written as `speeder+straightline`."""
    return " + ".join(str(FLAGS.get(name, name)) for name in names.split("+") if name)


def version_told(number: int, published_at: datetime, wave: str) -> str:
    """Tell a version from others of the same title: its number, its day, and the last wave that asks it."""
    told = _("version %(n)s of %(day)s", n=number, day=format_date(published_at, "medium"))
    said = _("%(version)s, asked in %(wave)s", version=told, wave=wave) if wave else ""
    return str(said or _("%(version)s, not asked yet", version=told))
