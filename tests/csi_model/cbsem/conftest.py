from collections.abc import Callable

import numpy as np
import pytest


@pytest.fixture(scope="session")
def to_five() -> Callable[..., dict[str, np.ndarray]]:
    """Ten scale points joined to five ordered categories, as the reference runs did."""

    def halve(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: np.ceil(x / 2) if x.dtype == float else x for name, x in columns.items()}

    return halve
