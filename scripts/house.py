"""Draw the house as it stands: `python scripts/house.py` writes docs/images/house.svg.

The floors are those of the contracts in pyproject.toml, which CI keeps: a room knows the rooms below it and
none beside or above. The number in a box counts its files.
"""

import ast
import tomllib
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "house.svg"
WIDTH, HEIGHT, GAP, LEFT = 124, 34, 8, 110


def floors(package: str) -> list[list[str]]:
    """Give the rooms of a package, floor by floor from the top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    for contract in contracts["contracts"]:
        if contract.get("containers") == [package]:
            return [layer.split(" | ") for layer in contract["layers"]]
    raise ValueError(f"no contract says how the rooms of {package} stand on each other")


def what(package: str, room: str) -> tuple[str, int]:
    """Give the first line of a room's docstring, and the number of its files."""
    folder = ROOT / package / room
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    first = folder / "__init__.py" if folder.is_dir() else files[0]
    said = ast.get_docstring(ast.parse(first.read_text(encoding="utf-8"))) or ""
    return said.split("\n")[0], len([path for path in files if path.name != "__init__.py"])


def draw() -> str:
    """Give the picture as SVG."""
    parts, top, widest = [], 16, 0
    for package in ("web", "surveys", "csi_model"):
        begun = top
        for floor in floors(package):
            for place, room in enumerate(floor):
                said, n_files = what(package, room)
                x = LEFT + place * (WIDTH + GAP)
                widest = max(widest, x + WIDTH)
                label = f"{room} {n_files}" if n_files > 1 else room
                middle = x + WIDTH / 2
                parts.append(
                    f'<g><title>{escape(said)}</title><rect x="{x}" y="{top}" width="{WIDTH}" '
                    f'height="{HEIGHT}" rx="5" fill="#eef4fb" stroke="#0b5cad"/>'
                    f'<text x="{middle}" y="{top + 22}" text-anchor="middle">{escape(label)}</text></g>'
                )
            top += HEIGHT + GAP
        parts.append(f'<text x="8" y="{begun + 22}" font-weight="bold">{package}</text>')
        top += 22
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {widest + 16} {top}" role="img" '
        'font-family="sans-serif" font-size="12" fill="#16202c"><title>The house, floor by floor</title>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
