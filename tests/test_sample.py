"""The committed sample report is what this version makes of public data."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from synth_eval.judging.provenance import _versions
from synth_eval.judging.registry import available_checks
from synth_eval.report.page.html import _asset

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "reports" / "sample.html"
STALE = "reports/sample.html is not what this version makes: run `make sample`"


@pytest.fixture(scope="module")
def page() -> str:
    return SAMPLE.read_text(encoding="utf-8")


def stable(page: str) -> str:
    """Page without times, versions and plotly's own script."""
    for changing in (
        r'<script type="text/plain" id="plotly">.*?</script>',
        r'<section class="section" id="provenance".*?</section>',
        r"<time>.*?</time>",
        r"\d+\.\d+ CPU s",
        r"synth_eval \d[\w.]*",
    ):
        assert re.search(changing, page, re.DOTALL), changing
        page = re.sub(changing, "", page, flags=re.DOTALL)
    return page


def test_is_small_stands_alone_and_names_no_machine(page: str) -> None:
    assert SAMPLE.stat().st_size < 6_000_000
    own = stable(page)
    assert not re.search(r'(?:src|href)="(?!#|data:)', own)
    assert not re.search(r"(?<![\w.])/(?:home|root|work|tmp|Users)/", own)


def test_has_every_check_and_the_style_and_script_of_this_version(page: str) -> None:
    missing = [code for code in available_checks() if code not in page]
    assert missing == [], STALE
    for name in ("page.css", "page.js"):
        assert str(_asset(name)) in page, STALE


@pytest.mark.slow
def test_making_it_again_gives_the_same_page(page: str) -> None:
    for package, version in _versions().items():
        told = rf"<dt>{re.escape(package)}</dt><dd>\s*{re.escape(version)}\s*</dd>"
        if not re.search(told, page):
            pytest.skip(f"the sample was made with another {package}, whose last digits differ")
    spec = importlib.util.spec_from_file_location("sample", ROOT / "reports" / "sample.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    again, here = (stable(text).splitlines() for text in (maker.sample_report().to_html(), page))
    different = [(a, b) for a, b in zip(again, here, strict=False) if a != b]
    assert len(again) == len(here), STALE
    assert different == [], f"{STALE}; first: {different[0][0][:200]} | {different[0][1][:200]}"
