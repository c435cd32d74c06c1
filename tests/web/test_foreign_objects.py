"""What belongs to another draft, wave or person is refused by every form, and nothing is changed.

Each address that takes forms is sent its own things, with which it works, and then another's in their place.
"""

import secrets
import sqlite3
from contextlib import closing

import pytest

from tests.web.accounts.test_access import TABLE
from tests.web.demo_site import demo_file, site_url  # noqa: F401
from tests.web.foreign import world
from tests.web.foreign_forms import FORMS, NOTHING, Form
from tests.web.standing import State, back_from, copy_to
from tests.web.visiting import HEADERS, check_page
from web.accounts.roles import ROLES

REFUSED = {403, 404, 422}


@pytest.fixture
def there(app, session, sign_in):
    for role in ROLES:
        sign_in(role)
    found = world(app, session, sign_in)
    session.close()
    return found


@pytest.fixture
def file(site_url):  # noqa: F811
    return site_url.database


def taking(app) -> dict[str, set[str]]:
    """Give the endpoints that take forms, with the arguments of their addresses."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods:
            found.setdefault(rule.endpoint, set()).update(rule.arguments)
    return found


def post(app, visitor, endpoint, given, mark):
    """Send a form; what is no argument of an address is a field of it."""
    arguments = taking(app)[endpoint]
    named = {name: value for name, value in given.items() if name in arguments}
    path = app.url_map.bind("localhost").build(endpoint, named, append_unknown=False)
    fields = {name: value for name, value in given.items() if name not in arguments and value is not None}
    fields = {name: value() if callable(value) else value for name, value in fields.items()}
    sent = {"csrf_token": mark, "tab": secrets.token_hex(16), "mark": secrets.token_hex(16)} | fields
    return visitor.client.post(path, data=sent, headers=HEADERS)


def notice(visitor, response) -> str:
    """Give what the page says to which a refused form leads."""
    page = check_page(visitor.client.get(response.location, headers=HEADERS))
    return " ".join(each.get_text(" ", strip=True) for each in page.select(".notices"))


def test_every_address_that_takes_forms_is_tried(app):
    endpoints = set(taking(app))
    assert endpoints - set(FORMS) - set(NOTHING) == set(), "say in foreign_forms.py what it names"
    assert (set(FORMS) | set(NOTHING)) - endpoints == set(), "there is no such address any more"
    assert not set(FORMS) & set(NOTHING)
    assert all(NOTHING.values()), "say why it can name nothing that is another's"


def test_what_is_another_s_is_refused_and_changes_nothing(app, sign_in, there, file):
    before, faults, tried = State.of(file), [], set()
    for role in ROLES:
        visitor = sign_in(role)
        mark = visitor.mark()
        for endpoint in [each for each in FORMS if role in TABLE[each]]:
            form: Form = FORMS[endpoint](there, role)
            for foreign in form.foreign:
                response = post(app, visitor, endpoint, form.own | foreign, mark)
                told = form.says and response.status_code == 303 and form.says in notice(visitor, response)
                after = State.of(file)
                if before.changed(after) or not (told or response.status_code in REFUSED):
                    faults.append((role, endpoint, foreign, response.status_code, before.changed(after)))
                before = after
                tried.add((role, endpoint))
    assert faults == []
    assert {role for role, _endpoint in tried} == set(ROLES)
    assert {endpoint for _role, endpoint in tried} == set(FORMS)


def test_the_same_forms_with_their_own_things_are_taken(app, sign_in, there, file):
    """Else they would be refused for another reason, and the test above could not fail."""
    before, faults = State.of(file), []
    with closing(sqlite3.connect(":memory:")) as kept:
        copy_to(file, kept)
        for endpoint, make in FORMS.items():
            role = next(each for each in ROLES if each in TABLE[endpoint] and make(there, each).foreign)
            visitor, form = sign_in(role), make(there, role)
            response = post(app, visitor, endpoint, form.own, visitor.mark())
            changed = bool(before.changed(State.of(file)))
            if response.status_code not in {200, 302, 303} or changed != form.changes:
                faults.append((endpoint, role, response.status_code, changed))
            back_from(kept, file)
    assert faults == []
