"""Pages of administrators: who has an account, and what happened."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from sqlalchemy import func, select

from surveys.audit import record
from surveys.database import lock_for_writing
from surveys.models import AuditEntry, Response, Unit
from surveys.proving import legible
from surveys.proving.proof import Proof, prove
from web import anchoring
from web.accounts import notices, roles, set_up, units
from web.accounts import staff as accounts
from web.accounts.access import allow
from web.accounts.models import Staff
from web.accounts.staff import StaffError
from web.accounts.standing import unaccounted
from web.admin.actions import ACTIONS, lines
from web.admin.forms import PersonForm, RolesForm, UnitForm
from web.extensions import db
from web.i18n import choose

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
PAGE_SIZE = 50
OFFERED = 500  # units that a field suggests; any code can be typed
# Recomputing a long chain takes seconds (twenty thousand entries: one), so it is done on request.
CHECKED_UNASKED = 5_000

REFUSALS = {
    "email": _l("This is no e-mail address. Write one such as ana@example.org."),
    "taken": _l("This address has an account already. Change that account instead."),
    "roles": _l("Choose at least one of the roles offered."),
    "unit": _l("There is no unit with this code. Choose one of the organisation."),
    "last_administrator": _l("This is the last active administrator. Make somebody else one first."),
    "self_roles": _l("You cannot take the administrator's role from yourself. Another administrator can."),
    "self_active": _l("You cannot switch off your own account. Another administrator can."),
    "self_password": _l("Change your own password on the page of your account."),
}


@blueprint.get("/staff")
@allow(roles.ADMINISTRATOR)
def staff() -> ResponseReturnValue:
    """List the accounts."""
    people = db.session.scalars(select(Staff).order_by(Staff.active.desc(), func.lower(Staff.email))).all()
    return render_template(
        "admin/staff.html",
        people=people,
        role_names=roles.NAMES,
        without=units.without_units(db.session),
        undecided=units.undecided(db.session),
        is_alone=sum(each.active and roles.ADMINISTRATOR in each.role_names for each in people) < 2,
    )


@blueprint.route("/staff/new", methods=["GET", "POST"])
@allow(roles.ADMINISTRATOR)
def staff_add() -> ResponseReturnValue:
    """Add a person, who sets a password by a link: mailed, or shown on the answer and nowhere else."""
    form = PersonForm(data=None if request.method == "POST" else {"roles": [roles.NEWCOMER]})
    if form.validate_on_submit():
        lock_for_writing(db.session, Staff)
        try:
            person, _password = accounts.add_staff(
                db.session,
                email=form.email.data or "",
                name=form.name.data or "",
                roles=form.roles.data or (),
                language=choose(),
            )
            units.set_units(db.session, person, filter(None, [form.unit.data]), by=current_user.email)
        except StaffError as error:
            db.session.rollback()
            form[error.code if error.code in {"roles", "unit"} else "email"].errors = [
                str(REFUSALS[error.code])
            ]
        else:
            detail = {"roles": sorted(person.role_names), "units": units.codes_of(person)}
            _record("staff.add", person, detail)
            db.session.commit()
            return _hand_over(person, is_new=True)
    is_mailed = bool(current_app.config["MANYI"]["MAIL_URL"])
    page = render_template("admin/staff_add.html", form=form, offered=_offered(), is_mailed=is_mailed)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/staff/<int:staff_id>")
@allow(roles.ADMINISTRATOR)
def staff_person(staff_id: int) -> ResponseReturnValue:
    """Show one account."""
    return _page(_find(staff_id))


@blueprint.post("/staff/<int:staff_id>/roles")
@allow(roles.ADMINISTRATOR)
def staff_roles(staff_id: int) -> ResponseReturnValue:
    """Give a person other roles."""
    person = _find(staff_id, lock=True)
    form = RolesForm()
    if not form.validate_on_submit():
        return _page(person, form=form, status=422)
    before, wanted = sorted(person.role_names), sorted(form.roles.data or ())
    if person.id == current_user.id and roles.ADMINISTRATOR not in wanted:
        return _refused(staff_id, "self_roles")
    try:
        accounts.set_roles(db.session, person, wanted)
    except StaffError as error:
        return _refused(staff_id, error.code)
    if before != wanted:
        _record("staff.set_roles", person, {"before": before, "after": wanted})
    db.session.commit()
    if before != wanted:
        notices.roles_changed(person)
    flash(_("The roles are saved."), "success")
    return redirect(url_for("admin.staff_person", staff_id=staff_id), 303)


@blueprint.post("/staff/<int:staff_id>/units")
@allow(roles.ADMINISTRATOR)
def staff_units(staff_id: int) -> ResponseReturnValue:
    """Give a person a unit, or take one away."""
    person = _find(staff_id, lock=True)
    form = UnitForm()
    if not form.validate_on_submit():
        return _page(person, units_form=form, status=422)
    code, before = form.unit.data or "", units.codes_of(person)
    taken = request.form.get("take", "")
    wanted = {*before, code} - {taken, ""}
    try:
        is_decided = units.set_units(db.session, person, wanted, by=current_user.email)
    except StaffError as error:
        form.unit.errors = [str(REFUSALS[error.code])]
        db.session.rollback()
        return _page(_find(staff_id), units_form=form, status=422)
    if is_decided:
        _record("staff.set_units", person, {"before": before, "after": sorted(wanted)})
    db.session.commit()
    flash(_("The units are saved."), "success")
    return redirect(url_for("admin.staff_person", staff_id=staff_id), 303)


@blueprint.post("/staff/<int:staff_id>/active")
@allow(roles.ADMINISTRATOR)
def staff_active(staff_id: int) -> ResponseReturnValue:
    """Switch an account on or off."""
    active = {"yes": True, "no": False}.get(request.form.get("active", ""))
    if active is None:
        abort(400)
    person = _find(staff_id, lock=True)
    if person.id == current_user.id and not active:
        return _refused(staff_id, "self_active")
    try:
        if person.active != active:
            accounts.set_active(db.session, person, active=active)
            _record("staff.activate" if active else "staff.deactivate", person)
    except StaffError as error:
        return _refused(staff_id, error.code)
    db.session.commit()
    flash(_("The account is switched on.") if active else _("The account is switched off."), "success")
    return redirect(url_for("admin.staff_person", staff_id=staff_id), 303)


@blueprint.post("/staff/<int:staff_id>/password")
@allow(roles.ADMINISTRATOR)
def staff_password(staff_id: int) -> ResponseReturnValue:
    """End a person's password; a link to set another is mailed, or shown on the answer and nowhere else."""
    person = _find(staff_id, lock=True)
    if person.id == current_user.id:
        return _refused(staff_id, "self_password")
    accounts.end_password(db.session, person)
    _record("staff.renew_password", person)
    db.session.commit()
    return _hand_over(person, is_new=False)


@blueprint.get("/audit")
@allow(roles.ADMINISTRATOR)
def audit() -> ResponseReturnValue:
    """Show the trail, the newest entry first, and whether anything was changed unseen."""
    total = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = request.args.get("page", 1, type=int)
    if not 1 <= number <= pages:
        abort(404)
    newest_first = select(AuditEntry).order_by(AuditEntry.id.desc())
    entries = legible.read(db.session, newest_first.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    sealed = db.session.scalar(select(func.count()).select_from(Response)) or 0
    is_checked = total + sealed <= CHECKED_UNASKED or "check" in request.args or entries is None
    return render_template(
        "admin/audit.html",
        entries=entries,
        total=total,
        number=number,
        pages=pages,
        proof=_proof() if is_checked else None,
        language=choose(),
        actions=ACTIONS,
        lines=lines,
    )


def _proof() -> Proof:
    return prove(db.session, anchoring.kept(current_app.config["MANYI"]) or (), unaccounted)


def _find(staff_id: int, *, lock: bool = False) -> Staff:
    """Give an account; with `lock` nobody else changes one until this request is through."""
    if lock:
        lock_for_writing(db.session, Staff)
    person = db.session.get(Staff, staff_id, populate_existing=True)
    if person is None:
        abort(404)
    return person


def _refused(staff_id: int, reason: str) -> ResponseReturnValue:
    db.session.rollback()
    return _page(_find(staff_id), message=str(REFUSALS[reason]), status=422)


def _page(
    person: Staff,
    *,
    form: RolesForm | None = None,
    units_form: UnitForm | None = None,
    message: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    held = [name for name in roles.ROLES if name in person.role_names]
    page = render_template(
        "admin/staff_person.html",
        person=person,
        form=form or RolesForm(formdata=None, data={"roles": held}),
        units_form=units_form or UnitForm(formdata=None),
        offered=_offered(),
        is_of_units=bool(person.role_names & set(roles.OF_UNITS)),
        is_undecided=any(each.given_by == units.MIGRATION for each in person.units),
        message=message,
        is_self=person.id == current_user.id,
        held=held,
        role_names=roles.NAMES,
    )
    return page, status


def _offered() -> Sequence[Unit]:
    """Give the units that a field suggests, the highest first."""
    return db.session.scalars(select(Unit).order_by(Unit.level, Unit.code).limit(OFFERED)).all()


def _hand_over(person: Staff, *, is_new: bool) -> ResponseReturnValue:
    link = "" if notices.invited(person) else set_up.link_for(person)
    return render_template("admin/staff_link.html", person=person, link=link, is_new=is_new)


def _record(action: str, person: Staff, detail: dict[str, Any] | None = None) -> None:
    record(
        db.session,
        actor=current_user.email,
        action=action,
        # The number, not the address: the trail outlives accounts and holds no contact data of others.
        target=f"staff:{person.id}",
        now=datetime.now(UTC),
        detail=detail,
    )
