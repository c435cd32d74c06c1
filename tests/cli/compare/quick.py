"""A part of the golden model that is quick to fit."""

FEW = ("--permutations", 39, "--bootstrap", 40)


def mapping():
    """A part of the golden model, quick to fit; VAL differs between the groups."""
    return {
        "scale": {"low": 1, "high": 10},
        "index": "SAT",
        "constructs": [
            {
                "id": "QUAL",
                "dimensions": [
                    {"id": "SUPPLY", "indicators": ["QUAL1", "QUAL2", "QUAL3"]},
                    {"id": "SERVICE", "indicators": ["QUAL4", "QUAL5"]},
                ],
            },
            {"id": "VAL", "indicators": ["VAL1", "VAL2", "VAL3"]},
            {"id": "SAT", "indicators": ["SAT1", "SAT2", "SAT3"]},
        ],
        "paths": [["QUAL", "VAL"], ["QUAL", "SAT"], ["VAL", "SAT"]],
    }
