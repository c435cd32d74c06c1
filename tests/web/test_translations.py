"""Every string of the site is said in every language but the one that it is written in."""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from surveys import words
from web import languages

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
FOLDERS = sorted(each.parent for each in languages.FOLDER.glob("*/words.json"))


@pytest.fixture(scope="session")
def wanted() -> dict[str, str]:
    """Every string of the site, with a place where it stands."""
    found = extract_from_dir(
        languages.FOLDER.parent, METHODS, {"templates/**.html": {"extensions": "jinja2.ext.do"}},
        keywords=KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in {"node_modules", "vendor"},
    )  # fmt: skip
    return {
        (message[0] if isinstance(message, tuple) else message): f"{name}:{line}"
        for name, line, message, *_ in found
    }


def test_every_folder_is_a_language_of_the_program():
    assert {each.name for each in FOLDERS} == set(words.spoken())
    assert {each.name for each in languages.FOLDER.iterdir() if each.is_dir()} == set(words.spoken())


@pytest.mark.parametrize(
    "folder", [each for each in FOLDERS if each.name != words.FALLBACK], ids=lambda each: each.name
)
def test_every_string_of_the_site_is_said(folder, wanted):
    with (folder / "LC_MESSAGES" / "messages.po").open("rb") as file:
        messages = [message for message in read_po(file, locale=folder.name) if message.id]
    said = {
        (message.id[0] if isinstance(message.id, tuple) else message.id): message.string
        for message in messages
    }
    assert len(wanted) > 60
    missing = {text: place for text, place in wanted.items() if not said.get(text) or not all(said[text])}
    assert not missing
    for message in messages:
        assert list(message.check()) == [], message.id
