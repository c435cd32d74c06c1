"""The sign of life of the job worker: a time in the queue's own store, written every few seconds."""

import time
from threading import Event, Thread

from flask import current_app
from huey import Huey

from surveys.database import normalise_url
from web.runs.queue import queue

KEY = "heartbeat"
EVERY_SECONDS = 10.0
LOST_SECONDS = 30.0  # without a sign for so long no worker is at work


class Heartbeat:
    """Writes the sign from the start of a block to its end."""

    def __init__(self, waiting: Huey) -> None:
        self._waiting, self._ended = waiting, Event()
        self._thread = Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> None:
        """Begin; the first sign is there at once."""
        self._waiting.put(KEY, time.time())
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            self._waiting.put(KEY, time.time())


def silent_seconds() -> float | None:
    """Give how long ago a worker of the present app last gave a sign; None: never."""
    settings = current_app.config["MANYI"]
    waiting = queue(normalise_url(current_app.config["DATABASE_URL"]), settings["INSTANCE"]).waiting
    seen = waiting.get(KEY, peek=True)
    return None if seen is None else max(0.0, time.time() - float(seen))


def is_attended() -> bool:
    """Tell whether a worker of the present app is at work."""
    silent = silent_seconds()
    return silent is not None and silent <= LOST_SECONDS
