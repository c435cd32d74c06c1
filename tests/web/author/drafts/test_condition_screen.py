"""What a page shows of random conditions is sent back as the same trees."""

from random import Random

from bs4 import BeautifulSoup
from flask import render_template_string
from werkzeug.datastructures import MultiDict

from surveys.logic.screen import expression_of, screen_of
from tests.surveys import trees
from tests.web.visiting import fields_of
from web.author.drafts.offering import Choice, Choices, Offering
from web.author.drafts.rows import Reading, lines_of, sent

TEMPLATE = """{% from "author/drafts/_condition.html" import group with context %}
<form>{{ group(lines, "c", offering, {}, "/", 1) }}</form>"""


class Plain:
    """Names for the random trees."""

    language = "en"

    def __init__(self):
        self.document = type("Empty", (), {"sections": ()})

    def answer(self, name):
        return name

    def option_text(self, _name, code):
        return code


def test_what_a_page_shows_of_random_conditions_is_sent_back_as_the_same_trees(app):
    offering = Offering(Plain(), trees.KNOWN)
    every = tuple(choice for name in trees.NAMES for choice in offering._of_answer(name))
    offering.answers = (Choices("All", every), *offering.answers)
    assert Choice("ONE", "ONE ONE") in every
    with app.test_request_context("/"):
        for seed in range(40):
            tree = trees.tree(Random(seed))
            lines = lines_of(screen_of(tree, trees.KNOWN))
            page = BeautifulSoup(
                render_template_string(TEMPLATE, lines=lines, offering=offering, language="en", reached=""),
                "html.parser",
            )
            reading = Reading(trees.KNOWN)
            found = reading.group(sent(MultiDict(fields_of(page.form))))
            assert not reading.faults
            assert expression_of(found) == tree, tree


def test_the_fields_of_random_conditions_give_the_same_trees(app):
    with app.test_request_context("/"):
        for seed in range(1000, 1800):
            tree = trees.tree(Random(seed))
            form = MultiDict(sent_of(lines_of(screen_of(tree, trees.KNOWN)), "c"))
            assert expression_of(Reading(trees.KNOWN).group(sent(form))) == tree


def sent_of(lines, path):
    """Give what a page sends of lines; options come in their own order, whatever order was written."""
    found = {f"{path}:word": lines.word}
    for number, each in enumerate(lines.parts):
        here = f"{path}.{number}"
        if hasattr(each, "parts"):
            found |= sent_of(each, here)
        elif each.text is not None:
            found[f"{here}:text"] = each.text
        else:
            values = sorted(dict.fromkeys(each.values)) if each.how in {"any", "all", "none"} else each.values
            found |= {f"{here}:what": each.what, f"{here}:how": each.how, f"{here}:kept": each.kept,
                      f"{here}:of": sorted(set(each.of)), f"{here}:value": values}  # fmt: skip
    return found
