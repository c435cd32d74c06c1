"""The golden answers and their model as files, and edited copies of them."""

from pathlib import Path

import csi_model

GOLDEN = Path(__file__).parents[1] / "golden"


DATA, MODEL = GOLDEN / "data.csv", GOLDEN / "model.yaml"


def edited(tmp_path, change, name="data.csv"):
    rows = [line.split(",") for line in DATA.read_text(encoding="utf-8").splitlines()]
    path = tmp_path / name
    path.write_text("\n".join(",".join(row) for row in change(rows)), encoding="utf-8")
    return path


def column(rows, name):
    return [field.strip('"') for field in rows[0]].index(name)


def first_indicator():
    return csi_model.ModelSpec.from_yaml(MODEL.read_text(encoding="utf-8")).indicator_ids[0]
