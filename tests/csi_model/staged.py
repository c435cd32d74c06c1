"""Models with second-order constructs and interactions on the simulated answers, and scores by rows."""

from csi_model.specify import ModelSpec


def plain_mapping(shelf):
    """The first-order model of `shelf`, all questions on 1 to 10."""
    found = shelf.spec("model.yaml").to_mapping()
    del found["indicators"]
    return found


def scores(result, data):
    """Standardised construct scores of every respondent, (n_respondents, n_constructs)."""
    values = (data.values - data.values.mean(axis=0)) / data.values.std(axis=0)
    return values @ result.solution.weights[0]


def interacting(plain):
    plain["constructs"].append({"id": "BOTH", "product": ["SAT", "VAL"]})
    plain["paths"] += [["VAL", "LOY"], ["BOTH", "LOY"]]
    return ModelSpec.from_mapping(plain)


def second_order(plain, mode="A", approach="two-stage"):
    """Quality and value as components of an offer, which takes over their paths."""
    plain["constructs"].append(
        {"id": "OFFER", "components": ["QUAL", "VAL"], "mode": mode, "approach": approach}
    )
    plain["paths"] = [["IMG", "EXP"], ["EXP", "OFFER"], ["IMG", "SAT"], ["OFFER", "SAT"], ["SAT", "LOY"]]
    kept = {"IMG", "EXP", "QUAL", "VAL", "OFFER", "SAT", "LOY"}
    plain["constructs"] = [construct for construct in plain["constructs"] if construct["id"] in kept]
    return ModelSpec.from_mapping(plain)
