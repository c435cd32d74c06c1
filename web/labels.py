"""Names of what is counted in kinds, each said once: modes, access, purposes, customer classes, tiers."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from surveys.models.collection import Access, Mode, Purpose

ACCESS: Mapping[str, object] = {
    Access.PUBLIC: _l("Public link: whoever has it may answer"),
    Access.INVITED: _l("Single-use links: one answer a link"),
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
