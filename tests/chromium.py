"""Where the browser journeys' Chromium comes from: this machine, apt where we are root, or Playwright's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # root, as CI is, has no other way
)
MISSING = "NO CHROMIUM on this machine: the browser journeys were NOT run"


def found() -> str | None:
    """The executable, or None."""
    named = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if named:
        return named
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
    return str(own) if own.exists() else None


@contextmanager
def launched() -> Iterator[Browser | None]:
    """A headless browser, or None where none can be had."""
    path = found()
    if path is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


def main() -> None:
    """Get one if there is a way; say so loudly if there is not."""
    if found():
        return
    ways = []
    if os.geteuid() == 0 and shutil.which("apt-get"):
        ways += [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]]
    ways.append([sys.executable, "-m", "playwright", "install", "chromium"])
    for way in ways:
        if (
            subprocess.run(way, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}).returncode == 0
            and found()
        ):
            return
    sys.stderr.write(f"\n*** {MISSING} ***\n\n")


if __name__ == "__main__":
    main()
