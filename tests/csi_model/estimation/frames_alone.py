"""A stand-in for Polars, where it is not installed: what its frames and columns do that matters here."""

import numpy as np


class Series:
    """A column as Polars has it: a null in whole numbers makes `nan` of it, in texts None."""

    def __init__(self, values):
        self.values = list(values)

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        if any(isinstance(each, str) for each in self.values):
            return np.array(self.values, dtype=object)
        return np.array([np.nan if each is None else each for each in self.values], dtype=dtype)


class Frame:
    """A frame as Polars has it: it holds names, but goes through columns, and is no mapping."""

    def __init__(self, data):
        self.data = {name: Series(values) for name, values in data.items()}

    @property
    def columns(self):
        return list(self.data)

    def __contains__(self, name):
        return name in self.data

    def __iter__(self):
        return iter(self.data.values())

    def __getitem__(self, name):
        return self.data[name]

    def to_dict(self):
        return self.data

    def collect_schema(self):
        return dict.fromkeys(self.data, "Float64")
