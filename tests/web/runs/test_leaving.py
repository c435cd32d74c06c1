"""What leaves the house has printed digits, whoever asks: of two editions every digit would tell too much."""

from web.runs.leaving import as_printed


def test_numbers_are_rounded_by_what_they_are_of():
    shown = {"points": 65.42714, "se": 0.50568, "ci": [64.36530, 66.33865], "state": "shown", "ave": 0.756080}
    few = shown | {"state": "indicative", "mean": 7.17764, "sd": 1.74216, "cross_loadings": {"SAT": 0.44874}}
    document = {
        "index": {"id": "SAT"} | shown,
        "constructs": {"SAT": shown},
        "indicators": {"Q1": few, "Q2": {"mean": 7.17764, "points": None, "state": "held"}},
        "paths": [{"source": "A", "estimate": 0.488877, "se": 0.022256, "ci": [0.4419, 0.5294], "p": 6e-9}],
        "htmt": [["A", "B", 0.53970]],
        "items": {"codes": ["Q1"], "shares": {"SAT": {"Q1": 0.34170}}},
        "retention": {
            "segments": {"loyal": {"value": 0.31767, "ci": [0.29064, None], "state": "shown"}},
            "loyalty": {"loyal": {"value": 74.8776, "ci": None, "state": "indicative"}},
        },
        "companions": {
            "NPS": {
                "value": -18.906,
                "se": 2.3,
                "n": 1042,
                "shares": {"passives": {"value": 0.39251}},
                "state": "shown",
            },
            "CES": {"value": 4.91411, "se": 0.03947, "top": {"value": 0.31595}, "state": "shown"},
        },
        "expectations": [{"gap": {"value": 9.63855, "se": 0.43937, "state": "shown"}, "n": 1086}],
        "quality": {"all": {"with": 65.5217, "without": 65.42714}},
        "priorities": [
            {"importance": 0.125883, "points": 59.75940, "gain": {"value": 1.95334, "ci": [1.57, 2.36]}}
        ],
        "parts": {"": {"moves": {"W2": {"SAT": {"last": {"value": -1.234567, "se": 0.71, "p": 0.0834}}}}}},
        "groups": {"unit:a": None, "unit:b": {"index": few, "items": {"shares": {"SAT": {"Q1": 0.34170}}}}},
    }
    found = as_printed(document)
    assert found["index"] == {
        "id": "SAT", "points": 65.4, "se": 0.5, "ci": [64.4, 66.3], "state": "shown", "ave": 0.756,
    }  # fmt: skip
    assert found["indicators"]["Q1"] == {
        "points": 65.0, "se": 1.0, "ci": [64.0, 66.0], "state": "indicative", "ave": 0.76,
        "mean": 7.2, "sd": 1.7, "cross_loadings": {"SAT": 0.45},
    }  # fmt: skip
    assert found["indicators"]["Q2"] == {"mean": 7.18, "points": None, "state": "held"}
    assert found["paths"] == [{"source": "A", "estimate": 0.489, "se": 0.022, "ci": [0.442, 0.529], "p": 0.0}]
    assert found["htmt"] == [["A", "B", 0.54]]
    assert found["items"] == {"codes": ["Q1"], "shares": {"SAT": {"Q1": 0.342}}}
    assert found["retention"]["segments"]["loyal"] == {"value": 0.32, "ci": [0.29, None], "state": "shown"}
    assert found["retention"]["loyalty"]["loyal"]["value"] == 75.0
    assert found["companions"]["NPS"]["value"] == -19.0
    assert found["companions"]["NPS"]["shares"] == {"passives": {"value": 0.39}}
    assert found["companions"]["CES"]["value"] == 4.91
    assert found["companions"]["CES"]["top"] == {"value": 0.32}
    assert found["expectations"][0]["gap"]["value"] == 9.6
    assert found["quality"]["all"] == {"with": 65.5, "without": 65.4}
    assert found["priorities"][0] == {
        "importance": 0.126, "points": 59.8, "gain": {"value": 2.0, "ci": [1.6, 2.4]},
    }  # fmt: skip
    assert found["parts"][""]["moves"]["W2"]["SAT"]["last"] == {"value": -1.2, "se": 0.7, "p": 0.083}
    assert found["groups"]["unit:a"] is None
    assert found["groups"]["unit:b"]["items"]["shares"]["SAT"]["Q1"] == 0.34
