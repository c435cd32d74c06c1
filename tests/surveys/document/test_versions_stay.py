"""Stored versions stay what they were: their hash and packing as recorded before the house was rebuilt."""

import hashlib
import json
from pathlib import Path

import pytest

from surveys import instruments
from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.every_type import DOCUMENT

RECORDED = {
    "full": (
        "443e7d857ac402bf4f9bcc7d2f54aa1641e5450ffc81d2d736d54dc25bcd4f24",
        "7f408903bfd1112956c2b113aa2ad580e668d71900b6f4a34035297b8c31fe50",
    ),
    "short": (
        "bb47f9f5a019cc35d9e0d574ca6851ca8712be84694f3283b1fb758680b3675b",
        "c93cce1fd7f3cee5c81574b7ca9e73383e61a8126fc6692f983cc253e5c3ac15",
    ),
    "every type": (
        "2c64ff2da71aab782918980b57bd11ec83cec847254045ca1d3c23d02b940c95",
        "12cff4ecf6da986b4454cc42cf736370cce8d6382976755253cbc2811d63295f",
    ),
}


def published_before(form):
    """The built-in questionnaire as it was published in the first format."""
    stored = Path(__file__).parents[2] / "golden" / "instruments" / "utility_csi_format_1.json"
    return json.loads(stored.read_text(encoding="utf-8"))[form]


@pytest.mark.parametrize("name", RECORDED)
def test_hash_and_packing_are_those_recorded(name):
    plain = DOCUMENT if name == "every type" else published_before(name)
    if name != "every type":
        del plain["indicators"]["roles"]  # which no version of then had
    loaded = loading.load(plain, published=True)
    slots = json.dumps([slot._asdict() for slot in loaded.slots], sort_keys=True)
    assert (loaded.content_hash, hashlib.sha256(slots.encode()).hexdigest()) == RECORDED[name]
    assert loading.load(loaded.dump(), published=True) == loaded


@pytest.mark.parametrize("form", ["full", "short"])
def test_a_version_without_roles_plays_those_of_its_codes(form):
    loaded = instruments.load("utility_csi", form)
    plain = loaded.dump()
    del plain["indicators"]["roles"]
    assert loading.load(plain).indicators.played() == loaded.indicators.played()


def test_a_router_is_made_once_and_the_last_ones_are_kept(monkeypatch):
    monkeypatch.setattr(publishing, "ROUTERS_KEPT", 2)
    monkeypatch.setattr(publishing, "_ROUTERS", {})
    document, made = loading.load(DOCUMENT, published=True), []

    def router(name):
        return publishing.router_of(name, lambda: made.append(name) or document)

    first = router("a")
    assert router("a") is first
    router("b")
    router("a")  # used again, so "b" is the one to go
    router("c")
    assert router("a") is first
    router("b")
    assert made == ["a", "b", "c", "b"]
