"""What is made once a process and kept for a while."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any


class Shelf:
    """What was made of things that never change: the last few that were asked for are kept, by key.

    Several threads may ask at once; what two of them miss at the same time is made by both.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.kept: OrderedDict[Hashable, Any] = OrderedDict()
        self.lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Give what stands under the key; make it where nothing does."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        return self._put(key, make())

    def get_state(self, key: Hashable, state: Hashable, make: Callable[[], Any]) -> Any:
        """Give what was made of a thing in this state; what was made of it in another one goes.

        What is large and grows old at every change is so kept once: all of it is looked through whenever
        Python looks for garbage.
        """
        with self.lock:
            known, made = self.kept.get(key, (None, None))
            if known == state:
                self.kept.move_to_end(key)
                return made
        return self._put(key, (state, make()))[1]

    def _put(self, key: Hashable, made: Any) -> Any:
        with self.lock:
            self.kept[key] = made
            self.kept.move_to_end(key)
            while len(self.kept) > self.size:
                self.kept.popitem(last=False)
        return made
