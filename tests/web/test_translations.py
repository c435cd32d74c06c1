"""Every string of the site has its Chinese."""

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[2] / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def test_every_string_of_the_site_has_its_chinese():
    found = extract_from_dir(
        WEB, METHODS, {"templates/**.html": {"extensions": "jinja2.ext.do"}}, keywords=KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in {"node_modules", "vendor"},
    )  # fmt: skip
    wanted = {
        (message[0] if isinstance(message, tuple) else message): f"{name}:{line}"
        for name, line, message, *_ in found
    }
    with (WEB / "translations/zh/LC_MESSAGES/messages.po").open("rb") as file:
        known = {message.id: message for message in read_po(file, locale="zh") if message.id}
    assert len(wanted) > 60
    missing = {text: place for text, place in wanted.items() if text not in known or not known[text].string}
    assert not missing
    for message in known.values():
        assert list(message.check()) == [], message.id
