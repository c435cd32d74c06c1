"""A stand-in for Polars, where it is not installed: what its frames and columns do that matters here."""

import numpy as np


class Series:
    """A column as Polars has it: nulls make floats of whole numbers, and in all else are None.

    numpy has no whole numbers of 128 bits, so those it refuses to give.
    """

    def __init__(self, values, dtype=None):
        self.values = list(values)
        known = [each for each in self.values if each is not None]
        self.dtype = dtype or ("Int64" if known and all(type(each) is int for each in known) else "Other")

    def null_count(self):
        return self.values.count(None)

    def to_list(self):
        return self.values

    def __len__(self):
        return len(self.values)

    def __array__(self, dtype=None, copy=None):
        if self.dtype == "Int128":
            raise NotImplementedError("cannot convert i128 to NumPy")
        if any(isinstance(each, str | bool | list) for each in self.values):
            return np.array(self.values, dtype=object)
        return np.array([np.nan if each is None else each for each in self.values], dtype=dtype)


class Frame:
    """A frame as Polars has it: it holds names, but goes through columns, and is no mapping."""

    def __init__(self, data):
        self.data = {
            name: values if isinstance(values, Series) else Series(values) for name, values in data.items()
        }

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
