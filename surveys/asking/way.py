"""Before a response is submitted: was every page seen, and does nothing remain that is not asked any more?"""

from collections.abc import Mapping
from typing import NamedTuple

from surveys.asking.router import Account, Item, Router
from surveys.codes import NOT_ASKED, SKIPPED


class Leftovers(NamedTuple):
    """Answers that stand although their question is not asked: by slot, and open texts by field."""

    values: dict[str, int]
    texts: dict[str, str]


def first_gap(
    router: Router, known: Mapping[str, int], texts: Mapping[str, str], account: Account
) -> str | None:
    """Give the first page that was left out or lacks a required answer; None when all is answered."""
    for page in router.pages:
        shown = router.shown(page.section.code, known, account)
        if any(_is_missing(item, known, texts) for item in page.items if item.code in shown):
            return page.section.code
    return None


def leftovers(
    router: Router, known: Mapping[str, int], texts: Mapping[str, str], account: Account
) -> Leftovers:
    """Give what must be taken back: answers to pages that a later change of mind has closed.

    What the customer file answers is kept, although nobody is asked.
    """
    found = Leftovers({}, {})
    for page in router.pages:
        shown = router.shown(page.section.code, known, account)
        for item in page.items:
            if item.code in shown or (item.account is not None and account.get(item.account)):
                continue
            found.values.update((slot, NOT_ASKED) for slot in item.slots if known[slot] != NOT_ASKED)
            found.texts.update((field, "") for field in item.fields if texts.get(field))
    return found


def _is_missing(item: Item, known: Mapping[str, int], texts: Mapping[str, str]) -> bool:
    if any(known[slot] == NOT_ASKED for slot in item.slots):
        return True
    if not item.required:
        return False
    if item.slots:
        return all(known[slot] == SKIPPED for slot in item.slots)
    return not any(texts.get(field) for field in item.fields)
