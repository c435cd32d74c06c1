"""Deny by default: every view carries a rule, and a view without one is refused to everybody."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from web.accounts.roles import ADMINISTRATOR, ROLES

PUBLIC: Final = frozenset({"*"})
SIGNED_IN: Final = frozenset(ROLES)
# Bytes of a form with addresses and passwords; hashing refuses longer ones by a fault.
LARGEST_CREDENTIALS: Final = 4096
View = TypeVar("View", bound=Callable[..., Any])

# Views that extensions bring; whatever of theirs is not named here is refused.
FOREIGN: Final = {
    "static": PUBLIC,
    "bootstrap.static": PUBLIC,
    "security.login": PUBLIC,
    "security.forgot_password": PUBLIC,
    "security.reset_password": PUBLIC,
    "security.logout": SIGNED_IN,
    "security.change_password": SIGNED_IN,
    "security.verify": SIGNED_IN,
}


def allow(*roles: str) -> Callable[[View], View]:
    """Let these roles use a view; administrators may always."""
    unknown = set(roles) - set(ROLES)
    if unknown or not roles:
        raise ValueError(f"name roles out of {', '.join(ROLES)}, not {', '.join(unknown) or 'none'}")
    return _mark(frozenset(roles) | {ADMINISTRATOR})


def public(view: View) -> View:
    """Let everybody use a view."""
    return _mark(PUBLIC)(view)


def signed_in(view: View) -> View:
    """Let all staff use a view, whatever their role."""
    return _mark(SIGNED_IN)(view)


def _mark(roles: frozenset[str]) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = roles  # type: ignore[attr-defined]
        return view

    return mark


def rule_of(app: Flask, endpoint: str) -> frozenset[str] | None:
    """Give the roles that may use an endpoint, or None if it carries no rule."""
    view = app.view_functions.get(endpoint)
    return getattr(view, "access", FOREIGN.get(endpoint))


def may(endpoint: str) -> bool:
    """Tell whether the current user may use an endpoint; navigation shows nothing else."""
    rule = rule_of(current_app, endpoint)
    if rule is None:
        return False
    return rule == PUBLIC or (current_user.is_authenticated and bool(rule & current_user.role_names))


def measure() -> None:
    """Let forms of accounts be short; asked before anything reads the form."""
    if request.blueprint == "security":
        request.max_content_length = LARGEST_CREDENTIALS


def guard() -> ResponseReturnValue | None:
    """Refuse a request that no rule allows; strangers are sent to the log-in."""
    if request.endpoint is None:
        return None
    rule = rule_of(current_app, request.endpoint)
    if rule is PUBLIC:
        return None
    if rule is None:
        current_app.logger.error("the view %s carries no access rule and is refused", request.endpoint)
        abort(403)
    if not current_user.is_authenticated:
        if request.method in {"GET", "HEAD"}:
            return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
        abort(403)
    if not rule & current_user.role_names:
        abort(403)
    return None
