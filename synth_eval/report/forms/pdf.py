"""The page on paper, printed by a browser of this machine without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from synth_eval.data.files import whole_file
from synth_eval.errors import UsageError

__all__ = ["find_browser", "print_pdf"]

VARIABLE = "SYNTH_EVAL_BROWSER"
"""Environment variable that names a Chromium or Chrome in an unusual place."""

_NAMES = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_FLAGS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-quic",
    "--disable-default-apps", "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer",
    "--virtual-time-budget=60000",
)  # fmt: skip
_TIMEOUT = 180  # seconds; a browser that hangs must not hold the command
# A browser without a window does not wait for figures that are drawn when printing starts.
_DRAW_AT_ONCE = (
    "<script>addEventListener('load', () => dispatchEvent(new Event('beforeprint')))</script>"
)


def find_browser() -> str:
    """Chromium or a relative of it on this machine.

    Raises
    ------
    UsageError
        There is none, with what can be done.
    """
    choice = os.environ.get(VARIABLE)
    for name in [choice] if choice else [*_NAMES, *_PLACES]:
        browser = shutil.which(name)
        if browser is not None:
            return browser
    raise UsageError(
        f"no browser to print a PDF with: install Chromium or Chrome, or name one in {VARIABLE}; "
        "any browser prints report.html by hand"
    )


def print_pdf(page: str, path: Path) -> None:
    """Print an HTML page into a PDF file.

    Parameters
    ----------
    page : str
        Text of the page; it needs no other file.
    path : Path
        The PDF.

    Raises
    ------
    UsageError
        There is no browser, or it printed nothing.
    """
    browser = find_browser()
    with tempfile.TemporaryDirectory(prefix="synth-eval-") as name:
        folder = Path(name)
        source, printed = folder / "page.html", folder / "page.pdf"
        source.write_text(page.replace("</body>", f"{_DRAW_AT_ONCE}</body>"), encoding="utf-8")
        command = [browser, *_FLAGS, f"--user-data-dir={folder / 'profile'}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # its sandbox does not run as root
            command.append("--no-sandbox")
        command += [f"--print-to-pdf={printed}", source.as_uri()]
        try:
            done = subprocess.run(  # noqa: S603 - a browser that was looked for, no shell
                command, capture_output=True, timeout=_TIMEOUT, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"{Path(browser).name} could not print the PDF: {error}") from error
        if not printed.is_file():
            last = (done.stderr.decode(errors="replace").strip().splitlines() or ["no message"])[-1]
            raise UsageError(f"{Path(browser).name} could not print the PDF: {last[:200]}")
        with whole_file(path) as partial:
            shutil.move(printed, partial)
