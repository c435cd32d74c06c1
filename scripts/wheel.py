"""Build the wheel and see that nothing a site needs is missing: `python scripts/wheel.py FOLDER`.

A wheel built before `make assets` would lack what git does not hold: compiled catalogues, style sheets and
scripts of others.
"""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[1]
# A file of each kind that is no Python, by the folder it stands in and how its name ends.
NEEDED = (
    ("surveys/migrations/", "env.py"),
    ("surveys/migrations/versions/", ".py"),
    ("surveys/instruments/", ".json"),
    ("web/static/vendor/", "plotly.min.js"),
    ("web/static/vendor/", "htmx.min.js"),
    ("web/static/css/", ".css"),
    ("web/templates/", ".html"),
    ("web/demo/", ".yaml"),
    ("web/translations/zh/", "messages.mo"),
    ("web/translations/zh/", "words.json"),
    ("web/translations/en/", "words.json"),
)


def build(folder: Path) -> Path:
    """Build the wheel into a folder and give its path.

    Raises
    ------
    SystemExit
        The build failed, or the wheel lacks something; the message says what, and the remedy.
    """
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"The wheel was not built.\n{done.stdout}{done.stderr}")
    path = max(folder.glob("manyi-*.whl"), key=lambda wheel: wheel.stat().st_mtime)
    names = ZipFile(path).namelist()
    missing = [
        f"{place}…{end}"
        for place, end in NEEDED
        if not any(name.startswith(place) and name.endswith(end) for name in names)
    ]
    if missing:
        sys.exit(f"{path.name} lacks {', '.join(missing)}. Run make assets, then build it again.")
    return path


if __name__ == "__main__":
    print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "dist").resolve()))
