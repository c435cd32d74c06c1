"""One thread of linear algebra, so that the last digit does not tell how many there were."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import scipy.linalg  # noqa: F401  brings its linear algebra, which the controller is to find
from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[Any]:
    """Keep linear algebra to one thread within a ``with``: several round otherwise, and groups are small."""
    found: AbstractContextManager[Any] = _controller().limit(limits=1, user_api="blas")
    return found


@cache
def _controller() -> ThreadpoolController:
    """Find the libraries once: looking for them takes longer than a small estimation."""
    return ThreadpoolController()
