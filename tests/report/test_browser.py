"""The page in a real browser with the network off: nothing asked for, nothing broken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synth_eval.evaluation import Evaluation

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    binary = shutil.which("chromium") or shutil.which("chromium-browser")
    if binary is None:
        pytest.skip("no chromium is installed: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=binary, args=FLAGS)
        yield running
        running.close()


class Visit:
    """A page, what it asked the network for and what it complained about."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        options = {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"} | options
        self.context = browser.new_context(offline=True, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))
        self.page.goto(path.as_uri())

    def wait_for_plotly(self) -> None:
        """Wait until plotly.js is unpacked; the page's own policy forbids waiting by eval."""
        for _ in range(200):
            if self.page.evaluate("'Plotly' in window"):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("plotly.js was not unpacked")

    def draw_everything(self) -> None:
        """Open all items and scroll through all figures."""
        self.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
        for plot in self.page.locator(".plot").all():
            plot.scroll_into_view_if_needed()
            plot.locator("svg.main-svg").first.wait_for()

    def leave(self) -> None:
        """Close, and fail where anything was asked for or went wrong."""
        self.context.close()
        assert [url for url in self.requests if not url.startswith(("file:", "data:"))] == []
        assert self.complaints == []


@pytest.fixture(scope="module")
def report(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    evaluation.to_html(path)
    return path


@pytest.fixture
def visit(browser: Any, report: Path) -> Iterator[Visit]:
    visit = Visit(browser, report)
    yield visit
    visit.leave()


def test_draws_every_figure_with_its_marks(visit: Visit) -> None:
    visit.draw_everything()
    plots = visit.page.locator(".plot")
    assert plots.count() == 4
    assert visit.page.locator("#F001 .plot .points path").count() >= 7
    assert visit.page.locator("#F004 .plot .hm image, #F004 .plot .heatmaplayer image").count() >= 1
    assert visit.page.locator(".plot.empty").count() == 0


def test_figures_wait_until_they_are_seen(browser: Any, report: Path) -> None:
    visit = Visit(browser, report, viewport={"width": 1280, "height": 300})
    visit.wait_for_plotly()
    assert visit.page.locator(".plot.drawn").count() == 0
    visit.page.locator("#F001 .plot").scroll_into_view_if_needed()
    visit.page.locator("#F001 .plot.drawn").wait_for()
    visit.leave()


def test_search_hides_the_other_items(visit: Visit) -> None:
    visit.page.fill("#F001 input[type=search]", "RACE")
    rows = visit.page.locator("#F001 tbody tr:visible")
    assert rows.count() == 1
    assert "race" in rows.first.inner_text()
    assert visit.page.locator("#F001 [role=status]").inner_text() == "1 of 7"
    visit.page.fill("#F001 input[type=search]", "")
    assert visit.page.locator("#F001 tbody tr:visible").count() == 7


def test_heads_sort_by_exact_numbers_and_by_words(visit: Visit) -> None:
    def column(place: int) -> list[str]:
        cells = visit.page.locator(f"#F001 tbody tr td:nth-child({place})")
        return [text.strip() for text in cells.all_inner_texts()]

    heads = visit.page.locator("#F001 th button")
    heads.nth(2).click()
    visit.page.locator("#F001 th[aria-sort=ascending]").wait_for()
    assert column(3) == sorted(column(3), key=float)
    heads.nth(2).click()
    visit.page.locator("#F001 th[aria-sort=descending]").wait_for()
    assert column(3) == sorted(column(3), key=float, reverse=True)
    assert visit.page.locator("#F001 th").nth(2).get_attribute("aria-sort") == "descending"
    heads.nth(0).press("Enter")
    assert column(1) == sorted(column(1))
    assert visit.page.locator("#F001 th[aria-sort]").count() == 1


def test_rows_open_the_distribution_of_their_column(visit: Visit) -> None:
    opener = visit.page.locator("#F001 .open-figure", has_text="age")
    opener.focus()
    visit.page.keyboard.press("Enter")
    visit.page.locator("#F001 .drill svg.main-svg").first.wait_for()
    assert opener.get_attribute("aria-expanded") == "true"
    legend = visit.page.locator("#F001 .drill .legendtext").all_text_contents()
    assert legend == ["real", "synthetic", "holdout"]
    visit.page.locator("#F001 th button").first.click()
    assert visit.page.locator(".drill").count() == 0
    assert opener.get_attribute("aria-expanded") == "false"


def test_dark_and_light(visit: Visit) -> None:
    def colours() -> tuple[str, str]:
        visit.page.wait_for_timeout(300)
        ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        tick = visit.page.locator("#F001 .plot .ytick text").first
        return ground, tick.evaluate("node => node.style.fill")

    visit.page.locator("#F001 .plot").scroll_into_view_if_needed()
    visit.page.locator("#F001 .plot svg.main-svg").first.wait_for()
    light = colours()
    button = visit.page.locator("#theme")
    assert button.get_attribute("aria-label") == "Use dark colours"
    button.click()
    dark = colours()
    assert button.get_attribute("aria-label") == "Use light colours"
    assert light[0] != dark[0]
    assert light[1] != dark[1]
    button.click()
    assert colours() == light


def test_follows_the_system_into_the_dark(browser: Any, report: Path) -> None:
    visit = Visit(browser, report, color_scheme="dark")
    ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(17, 19, 22)"
    visit.leave()


def test_links_of_the_first_screen_open_the_check(visit: Visit) -> None:
    assert not visit.page.locator("#U001 table").is_visible()
    visit.page.evaluate("location.hash = '#U001'")
    visit.page.locator("#U001 table").wait_for()
    visit.page.evaluate("document.querySelectorAll('details.items').forEach(d => d.open = false)")
    visit.page.locator(".findings a[href='#F004']").click()
    visit.page.locator("#F004 table").wait_for()
    assert visit.page.evaluate("location.hash") == "#F004"


def test_explanation_opens_by_keyboard(visit: Visit) -> None:
    visit.page.locator("#F001 .explain > summary").focus()
    visit.page.keyboard.press("Enter")
    assert "When it misleads" in visit.page.locator("#F001 .explanation").inner_text()


def test_is_readable_without_scripts(browser: Any, report: Path) -> None:
    visit = Visit(browser, report, java_script_enabled=False)
    assert visit.page.locator("noscript").is_visible()
    for shown in (".verdicts", ".findings", ".skipped", "#F001 table", "#F001 .strip"):
        assert visit.page.locator(shown).first.is_visible()
    assert not visit.page.locator("#theme").is_visible()
    assert not visit.page.locator(".chart").first.is_visible()
    visit.page.locator("#U001 .numbers > summary").click()
    assert visit.page.locator("#U001 table").is_visible()
    visit.leave()


@pytest.mark.parametrize("width", [320])
def test_no_width_scrolls_sideways(browser: Any, report: Path, width: int) -> None:
    visit = Visit(browser, report, viewport={"width": width, "height": 800})
    visit.draw_everything()
    assert visit.page.evaluate("document.documentElement.scrollWidth") == width
    visit.leave()


def test_print_has_the_open_items_with_their_figures_and_no_controls(
    browser: Any, report: Path
) -> None:
    visit = Visit(browser, report, color_scheme="dark", viewport={"width": 1280, "height": 300})
    visit.wait_for_plotly()
    assert visit.page.locator("#F004 .plot.drawn").count() == 0
    visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    visit.page.emulate_media(media="print")
    assert visit.page.locator("#F004 .plot.drawn").count() == 1
    assert visit.page.locator("#F004 svg.main-svg").first.get_attribute("width") == "640"
    ink = visit.page.locator("#F004 .ytick text").first.evaluate("node => node.style.fill")
    assert ink == "rgb(61, 68, 77)"
    for hidden in (".bar", ".toolbar", ".explain > summary"):
        assert not visit.page.locator(hidden).first.is_visible()
    assert visit.page.locator("#F004 table").is_visible()
    assert not visit.page.locator("#U001 table").is_visible()
    visit.leave()


def test_hostile_names_do_nothing(browser: Any, hostile: Evaluation, tmp_path: Path) -> None:
    hostile.to_html(tmp_path / "hostile.html")
    visit = Visit(browser, tmp_path / "hostile.html")
    visit.draw_everything()
    openers = visit.page.locator("#F001 .open-figure")
    for place in range(3):
        openers.nth(place).press("Enter")
    visit.page.locator("#F001 .drill svg.main-svg").last.wait_for()
    labels = visit.page.locator("#F001 .plot .ytick text").all_text_contents()
    assert "<script>alert(1)</script>" in labels
    assert visit.page.locator("main img, main a:not([href^='#']), .plot a").count() == 0
    visit.leave()


def test_two_hundred_columns_open_in_two_seconds(
    browser: Any, many_columns: Evaluation, tmp_path: Path
) -> None:
    many_columns.to_html(tmp_path / "wide.html")
    visit = Visit(browser, tmp_path / "wide.html")
    milliseconds = visit.page.evaluate(
        "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    )
    assert milliseconds < 2000
    visit.leave()
