"""Who answers in `stuffing.py`, page by page: honest people, and whoever stuffs."""

import html
import re
from collections.abc import Callable
from urllib.parse import urlsplit

import numpy as np
from flask import Flask

from surveys.models import Wave

HEADERS = {"Accept-Language": "en"}
SCREEN = {
    "S1": "yes",
    "S2": "yes",
    "S5": "yes",
    "S3": "yes",
    "S4": "no",
    "CATEGORY": "residential",
    "C1": "no",
}
Pick = Callable[[str, list[str]], str]


def person(rng: np.random.Generator) -> Pick:
    """Give an honest person: content as a whole to some degree, and with each thing more or less so."""
    level = rng.normal(0.68, 0.16)

    def pick(name: str, offered: list[str]) -> str:
        own = 1 - level if name.startswith("COM") else level  # who is content complains little
        place = round((own + rng.normal(0, 0.12)) * (len(offered) - 1))
        return offered[min(max(place, 0), len(offered) - 1)]

    return pick


def seconds(rng: np.random.Generator) -> float:
    """Give how long an honest person takes: five minutes, a fast one three, a slow one ten."""
    return float(300 * np.exp(0.35 * rng.standard_normal()))


def tens(_name: str, offered: list[str]) -> str:
    """Give the best answer throughout."""
    return offered[-1]


def lines(_name: str, offered: list[str]) -> str:
    """Give one and the same middling answer throughout."""
    return "3" if "3" in offered else offered[0]


def answer(app: Flask, wave: Wave, address: str, pick: Pick, seconds: float) -> None:
    """Answer the questionnaire page by page, as a browser without JavaScript would."""
    client = app.test_client()
    headers = HEADERS | {"X-Forwarded-For": address}
    place = f"/s/{wave.public_key}"
    for _page in range(60):
        response = client.get(place, headers=headers)
        if response.status_code == 303:
            place = response.location
            continue
        text = response.get_data(as_text=True)
        if '<form id="answers"' not in text:
            return
        sent = _filled(text, pick) | {"_s": str(seconds / 15)}
        action = urlsplit(html.unescape(re.findall(r'<form id="answers"[^>]*action="([^"]*)"', text)[0])).path
        place = client.post(action, data=sent, headers=headers).location or place
    raise SystemExit(f"the questionnaire did not end; last at {place}")


def _filled(text: str, pick: Pick) -> dict[str, str]:
    text = re.sub(r"<(fieldset|div)\b[^>]*\shidden disabled[^>]*>.*?</\1>", "", text, flags=re.DOTALL)
    offered: dict[str, list[str]] = {}
    sent = {"go": "next"}
    for tag in re.findall(r"<input\b[^>]*>", text):
        at = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        name, kind = at.get("name", ""), at.get("type", "text")
        if kind == "radio":
            offered.setdefault(name, []).append(at.get("value", ""))
        elif kind == "number":
            sent[name] = "0" if name == "E1" else "3"
        elif kind == "hidden":
            sent[name] = at.get("value", "")
    for name, values in offered.items():
        real = [value for value in values if value not in {"dk", "na"}]
        sent[name] = SCREEN.get(name) or pick(name, real)
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        values = [value for value in re.findall(r'<option[^>]*value="([^"]*)"', inner) if value]
        if values:
            sent[name] = SCREEN.get(name) or values[int(name[-1]) % len(values) if name[-1].isdigit() else 0]
    return sent
