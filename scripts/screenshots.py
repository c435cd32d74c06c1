"""The pictures under docs/images/: a leader's dashboard at 1280 px and a respondent's page at 360 px.

Run it as ``make screenshots``. It makes a demo utility in a folder of its own, so the pictures are the same
on every machine but for the dates of the waves.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"


def manyi(instance: Path, *arguments: str) -> str:
    """Run the command line on an instance; give what it printed."""
    command = [sys.executable, "-m", "web.cli", *arguments]
    environment = os.environ | {"MANYI_INSTANCE": str(instance)}
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603


@contextmanager
def served(instance: Path) -> Iterator[str]:
    """Serve an instance on a free port and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MANYI_INSTANCE": str(instance),
        "MANYI_PORT": str(port),
        "MANYI_WORKERS": "1",
    }
    command = [sys.executable, "-m", "web.cli", "serve", "--no-worker"]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            try:
                urllib.request.urlopen(f"{address}/livez", timeout=1)  # noqa: S310
                break
            except OSError:
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def dashboard(browser: Browser, address: str, password: str) -> None:
    """Picture the first screens of the dashboard as a leader sees them."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 1180})
    page = context.new_page()
    page.goto(f"{address}/login")
    page.fill("input[name=email]", "viewer@demo.example")
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector(".chart .main-svg")
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / "dashboard.png")
    context.close()


def respondent(browser: Browser, address: str) -> None:
    """Picture a page of ratings on a phone, partly answered."""
    context = browser.new_context(
        locale="zh-CN", viewport={"width": 360, "height": 740}, device_scale_factor=2
    )
    page = context.new_page()
    page.goto(f"{address}/")
    page.locator(".card-item a.button").last.click()
    for _ in range(12):
        if page.locator(".points").count() > 2:
            break
        for group in page.locator("fieldset:not([hidden]):has(input[type=radio])").all():
            if group.is_visible():
                number = 1 if group.get_attribute("data-code") == "S4" else 0
                group.locator("label").nth(number).click()
        page.locator("button.next").click()
        page.wait_for_load_state()
    for row, point in enumerate((8, 7)):
        page.locator(".points").nth(row).locator("label").nth(point - 1).click()
    page.locator("h1").scroll_into_view_if_needed()
    page.screenshot(path=IMAGES / "respondent.png")
    context.close()


def main() -> None:
    """Make both pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("MANYI_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is missing: run make test once, which installs it.")
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        manyi(instance, "demo", "--seed", "1")
        named = ("viewer@demo.example", "--role", "viewer", "--unit", "DEMO")
        password = manyi(instance, "user", "add", *named).split()[-1]
        with served(instance) as address, sync_playwright() as driver:
            # The pages are ours: where the system grants no sandbox, none is needed.
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            dashboard(browser, address, password)
            respondent(browser, address)
            browser.close()


if __name__ == "__main__":
    main()
