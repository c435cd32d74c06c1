"""The languages of the program, found by looking: each is a folder with a `words.json`."""

from pathlib import Path

from surveys import words

FOLDER = Path(__file__).parent / "translations"
# What is imported first decides: the site and the command line speak the same languages.
LANGUAGES = words.use(FOLDER)
