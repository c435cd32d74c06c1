"""A visitor of the site: every page they open keeps the promises that all pages make."""

from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from surveys.findings.texts import is_language

HEADERS = {"Accept-Language": "en"}


def check_page(response) -> BeautifulSoup:
    """Read a page and check what holds for every page; the message says which promise it breaks."""
    assert response.mimetype == "text/html", response.mimetype
    page = BeautifulSoup(response.data, "html.parser")
    policy = response.headers["Content-Security-Policy"]
    assert is_language(page.html["lang"]), "no language"
    assert page.title is not None
    assert page.title.get_text(strip=True).strip("· "), "no title"
    assert len(page.select("h1")) == 1, "one h1 a page"
    assert page.h1.get_text(strip=True), "an empty h1"
    ids = [node["id"] for node in page.select("[id]")]
    assert len(ids) == len(set(ids)), f"ids twice: {[name for name in ids if ids.count(name) > 1]}"
    scripts = [node for node in page.select("script:not([src])") if node.get("type") != "application/json"]
    assert not scripts, "inline script breaks the policy"
    handlers = [name for node in page.select("*") for name in node.attrs if name.startswith("on")]
    assert not handlers, f"inline handlers break the policy: {handlers}"
    if "'unsafe-inline'" not in policy:
        assert not page.select("style, [style]"), "inline style breaks the policy"
    for node in page.select("[src], [href]"):
        address = urlsplit(node.get("src") or node.get("href"))
        # The namespaces of SVG and links to sources in prose are no requests; these attributes are.
        assert address.netloc in {"", "localhost"}, f"a foreign host: {address.geturl()}"
        assert address.scheme in {"", "http", "https", "mailto", "data"}, address.geturl()
    for form in page.select("form"):
        check_form(form)
    known = set(ids)
    for node in page.select("label[for], [aria-describedby], [aria-labelledby]"):
        named = [node.get("for", "")]
        named += (node.get("aria-describedby") or "").split() + (node.get("aria-labelledby") or "").split()
        assert set(filter(None, named)) <= known, f"names a missing id: {node}"
    text = page.get_text()
    assert "{{" not in text, "template braces"
    assert "%(" not in text, "a hole of a message stayed open"
    return page


def check_form(form: Tag) -> None:
    """A form that changes something carries a mark against forged requests."""
    if form.get("method", "get").lower() == "post":
        assert form.select_one("input[name=csrf_token][value], input[name=_t][value]"), "no csrf_token"
    else:
        assert not form.select_one("input[name=csrf_token]"), "a mark would stand in the address"


def fields_of(form: Tag) -> dict[str, str | list[str]]:
    """Give what a browser would send of a form as it stands, its button left out."""
    found: dict[str, list[str]] = {}
    for node in form.select("input[name], select[name], textarea[name]"):
        if node.has_attr("disabled") or node.get("type") in {"submit", "file"}:
            continue
        if node.get("type") in {"checkbox", "radio"} and not node.has_attr("checked"):
            continue
        if node.name == "select":
            chosen = node.select("option[selected]") or node.select("option")[:1]
            found.setdefault(node["name"], []).extend(option.get("value", "") for option in chosen)
        elif node.name == "textarea":
            found.setdefault(node["name"], []).append(node.get_text().removeprefix("\n"))
        else:
            default = "on" if node.get("type") == "checkbox" else ""
            found.setdefault(node["name"], []).append(node.get("value", default))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


class Visitor:
    """A browser of one person; `client` is the plain test client for whatever else is needed."""

    def __init__(self, app) -> None:
        self.client = app.test_client()

    def browse(self, path: str, status: int = 200) -> BeautifulSoup:
        """Open a page, check its promises, and give it as a tree."""
        response = self.client.get(path, headers=HEADERS)
        assert response.status_code == status, f"{path}: {response.status_code}, {response.location}"
        return check_page(response)

    def send(self, path: str, status: int = 303, **fields):
        """Post fields with the mark that a page of ours gives; give the response.

        For forged requests use `client.post`, which adds nothing.
        """
        response = self.client.post(path, data={"csrf_token": self.mark()} | fields, headers=HEADERS)
        assert response.status_code == status, f"{path}: {response.status_code}, {explain(response)}"
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
            check_page(response)
        return response

    def submit(self, path: str, status: int = 303, *, form: str = "main form[method=post]", **fields):
        """Open a page, change fields of its form as a person would, send it; give the response."""
        found = self.browse(path).select_one(form)
        assert found is not None, f"{path} has no {form}"
        data = {name: value for name, value in (fields_of(found) | fields).items() if value is not None}
        response = self.client.post(found.get("action") or path, data=data, headers=HEADERS)
        assert response.status_code == status, f"{path}: {response.status_code}, {explain(response)}"
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 307, 308}:
            check_page(response)
        return response

    def mark(self) -> str:
        """Give the mark against forged requests out of the header's log-out form or the log-in."""
        page = BeautifulSoup(self.client.get("/account/password", headers=HEADERS).data, "html.parser")
        if (found := page.select_one("input[name=csrf_token]")) is None:
            page = BeautifulSoup(self.client.get("/login", headers=HEADERS).data, "html.parser")
            found = page.select_one("input[name=csrf_token]")
        return found["value"]

    def log_in(self, email: str, password: str) -> None:
        """Log in through the log-in page."""
        self.submit("/login", 302, email=email, password=password)  # Flask-Security leads away by 302


def explain(response) -> str:
    """Give the errors that a refused page shows, for a test's message."""
    page = BeautifulSoup(response.data, "html.parser")
    shown = page.select("main .error, main .error-summary, main .lead")
    return " | ".join(node.get_text(" ", strip=True) for node in shown)[:500] or str(response.location)
