"""The leaderboard in a real browser: figures, sorting, no scripts, phone, print, dark."""

from __future__ import annotations

import importlib.util
import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from synth_eval.comparing.comparison import compared
from synth_eval.evaluation import Evaluation
from synth_eval.judging.facts import SHARE_OF_GAIN
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
spec = importlib.util.spec_from_file_location(
    "browser_tools", Path(__file__).parents[1] / "report" / "test_browser.py"
)
assert spec is not None
assert spec.loader is not None
tools = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tools)
browser = tools.browser

EVIL = "<img src=x onerror=alert(1)>"


def made(fidelity: float, utility: float, copies: float) -> Evaluation:
    score = 0.5 + 0.4 * utility
    gain = {SHARE_OF_GAIN: utility, f"{SHARE_OF_GAIN}_low": utility - 0.025,
            f"{SHARE_OF_GAIN}_high": utility + 0.025}  # fmt: skip
    results = [
        Result("F005", "triples", "fidelity", Status.PASS, "Near.", n=100,
               estimate=Estimate(fidelity, fidelity - 0.01, fidelity + 0.01),
               reference=Reference("holdout", 0.01), direction=Direction.LOWER),
        Result("U001", "tstr_auc", "utility", Status.WARN, "Useful.", n=100,
               facts=gain,
               estimate=Estimate(score, score - 0.01, score + 0.01),
               reference=Reference("real", 0.9)),
        Result("P001", "exact_copies", "privacy", Status.FAIL if copies else Status.PASS, "Seen.",
               n=100, estimate=Estimate(copies, max(copies - 0.01, 0.0), copies + 0.01)),
    ]  # fmt: skip
    return Evaluation(results, purpose="model-training")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    places = [(0.02, 0.98, 0.2), (0.05, 0.9, 0.0), (0.3, 0.4, 0.0), (0.06, 0.89, 0.0)]
    names = ["copies", "good", "far", EVIL]
    found = {name: made(*place) for name, place in zip(names, places, strict=True)}
    files = dict.fromkeys([*names, "gone"], "x.csv")
    comparison = compared(found, files, {"gone": f"no such file: {EVIL}"}, purpose="model-training")
    folder = tmp_path_factory.mktemp("compare")
    comparison.save(folder)
    return folder / "compare.html"


def visit(browser: Any, page: Path, **options: Any) -> Any:
    return tools.Visit(browser, page, **options)


def test_draws_each_pair_with_every_table(browser: Any, page: Path) -> None:
    there = visit(browser, page)
    there.draw_everything()
    plots = there.page.locator(".plot")
    assert plots.count() == 3
    for place in range(3):
        assert plots.nth(place).locator(".points path.point").count() == 4
        assert plots.nth(place).locator(".errorbars path").count() >= 8
    assert "good" in plots.first.locator(".textpoint").all_text_contents()
    there.leave()


def test_sorts_with_the_table_that_could_not_be_evaluated(browser: Any, page: Path) -> None:
    there = visit(browser, page)
    heads = there.page.locator("#leaderboard th button")
    for place in range(heads.count()):
        heads.nth(place).click()
        heads.nth(place).click()
    rows = there.page.locator("#leaderboard tbody tr")
    assert rows.count() == 5
    heads.last.click()
    ranks = [rows.nth(place).locator("td").last.get_attribute("title") for place in range(4)]
    assert ranks == sorted(ranks, key=int)
    there.leave()


def test_links_lead_to_reports_that_are_there(browser: Any, page: Path) -> None:
    there = visit(browser, page)
    links = there.page.locator("main a[href*='report.html']")
    assert links.count() >= 8
    for link in links.all():
        target = str(link.get_attribute("href")).split("#")[0]
        assert (page.parent / target).is_file()
    there.page.locator("#leaderboard a", has_text="good").first.click()
    assert there.page.locator("#headline").inner_text().startswith("Model training:")
    there.leave()


def test_is_readable_without_scripts(browser: Any, page: Path) -> None:
    there = visit(browser, page, java_script_enabled=False)
    for shown in ("noscript", "#leaderboard table", "#ranks table", "#findings li", ".standing"):
        assert there.page.locator(shown).first.is_visible()
    assert not there.page.locator(".chart").first.is_visible()
    assert "not decisive" in there.page.locator("#leaderboard thead").inner_text()
    there.leave()


@pytest.mark.parametrize("options", [{"viewport": {"width": 320, "height": 800}}])
def test_phone_does_not_scroll_sideways(browser: Any, page: Path, options: Any) -> None:
    there = visit(browser, page, **options)
    there.draw_everything()
    assert there.page.evaluate("document.documentElement.scrollWidth") == 320
    there.leave()


def test_prints_its_figures_in_light_colours(browser: Any, page: Path) -> None:
    there = visit(browser, page, color_scheme="dark")
    there.wait_for_plotly()
    there.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    there.page.emulate_media(media="print")
    there.page.locator(".plot.drawn").nth(2).wait_for()
    ink = there.page.locator(".plot .ytick text").first.evaluate("node => node.style.fill")
    assert ink == "rgb(61, 68, 77)"
    assert not there.page.locator(".bar").is_visible()
    there.leave()


def test_structure_can_be_heard(page: Path) -> None:
    """Heads with a scope, one first heading, levels without gaps, pictures with words."""
    text = page.read_text(encoding="utf-8").split('<script type="application/json"')[0]
    assert all("scope=" in head for head in re.findall(r"<th\b[^>]*>", text))
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", text)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all("aria-label=" in part for part in re.findall(r'<[^>]*role="img"[^>]*>', text))
    assert EVIL not in text
