"""The page: everything in it, nothing out of it, and data never becomes markup."""

from __future__ import annotations

import base64
import gzip
import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from synth_eval.evaluation import Evaluation
from synth_eval.judging.results import Result, Status
from synth_eval.judging.versions import items_of_rows
from synth_eval.report.page.html import render_page, render_result, render_snippet

MEGABYTES = 1e6


class Reader(HTMLParser):
    """Elements, attributes, scripts and the text a person without JavaScript reads."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.words: list[str] = []
        self._inside = ""
        self.feed(page)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        plain = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += plain.items()
        if tag in ("script", "style"):
            self._inside = tag
            self.scripts += [(plain, "")] if tag == "script" else []

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)
        elif not self._inside:
            self.words.append(data)


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def page(evaluation: Evaluation) -> Reader:
    return Reader(render_page(evaluation))


def test_first_screen_says_what_was_compared_and_every_verdict(
    page: Reader, evaluation: Evaluation
) -> None:
    for verdict in evaluation.verdicts.values():
        assert str(verdict.word) in page.text
        assert words(verdict.sentence) in page.text
    for told in ("synthetic.csv", "5,000 rows × 4 columns", "1 March 2026, 12:00 UTC", "ssssssss"):
        assert told in page.text


def test_says_what_was_not_evaluated_and_how_to_get_it(page: Reader) -> None:
    assert "No holdout: run synth-eval split" in page.text
    for missing in ("Fairness", "Text", "Sequences", "Relations"):
        assert missing in page.text


def test_findings_stand_worst_first_with_their_items(page: Reader) -> None:
    start = page.text.index("Where it is worst")
    worst = page.text[start : page.text.index("Checks that did not pass")]
    assert "Columns age" in worst
    assert "Pairs income × age" in worst
    findings = page.text[start + len(worst) : page.text.index("Not evaluated, and how")]
    places = [findings.index(code) for code in ("F001", "P999", "F004", "C001")]
    assert places == sorted(places)
    assert "V001" not in findings


def test_every_result_and_item_is_readable_without_scripts(
    page: Reader, evaluation: Evaluation
) -> None:
    for result in evaluation.results:
        assert result.code in page.text
        assert words(result.message.replace("`", "")) in page.text
        for row in result.rows():
            assert all(
                str(row[key]) in page.text for key in ("column", "first", "arm") if key in row
            )


def test_exact_numbers_equal_the_json_twin(page: Reader, evaluation: Evaluation) -> None:
    titles = {value for name, value in page.attributes if name == "title"}
    for result in json.loads(evaluation.to_json())["results"]:
        for part in ("estimate", "reference", "threshold"):
            if result[part]:
                assert repr(result[part]["value"]) in titles
        for row in result["items"]:
            keys = ("estimate", "reference", "expected", "worth")
            assert all(repr(row[key]) in titles for key in keys if key in row)
            if "low" in row:
                assert f"{row['low']} to {row['high']}" in titles


def test_asks_no_network_for_anything(page: Reader) -> None:
    assert not [value for name, value in page.attributes if name in ("src", "srcset", "action")]
    links = [value for name, value in page.attributes if name == "href"]
    assert links
    assert all(link.startswith("#") for link in links)
    policy = next(v for n, v in page.attributes if n == "content" and "default-src" in v)
    assert policy.startswith("default-src 'none'")


def test_every_link_leads_somewhere(page: Reader) -> None:
    names = {value for name, value in page.attributes if name == "id"}
    links = {value[1:] for name, value in page.attributes if name == "href"}
    assert links <= names
    identifiers = [value for name, value in page.attributes if name == "id"]
    assert len(identifiers) == len(set(identifiers))


def test_hostile_names_stay_text(hostile: Evaluation, hostile_names: tuple[str, ...]) -> None:
    page = render_page(hostile)
    found = Reader(page)
    assert "img" not in found.tags
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    running = [text for attributes, text in found.scripts if "type" not in attributes]
    assert len(running) == 1
    assert "alert(" not in running[0]
    for name in hostile_names:
        assert words(name) in found.text
    assert "49" not in [word for word in found.text.split() if word == "49"]


def test_hostile_names_stay_text_in_figures(hostile: Evaluation) -> None:
    scripts = Reader(render_page(hostile)).scripts
    figures = [text for attributes, text in scripts if "data-figure" in attributes]
    assert not [text for text in figures if "<" in text]
    packed = next(text for attributes, text in scripts if attributes.get("id") == "on-demand")
    drills = gzip.decompress(base64.b64decode(packed)).decode()
    figures += [json.dumps(figure) for figure in json.loads(drills).values()]
    assert "<" not in drills
    assert len(figures) > 5
    for text in figures:
        figure = json.loads(text)
        assert isinstance(figure.pop("caption"), str)  # set as text, not read by plotly
        assert "<script" not in _strings(figure)
        assert "<img" not in _strings(figure)


def _strings(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(_strings(item) for item in value.values())
    if isinstance(value, list):
        return "\n".join(_strings(item) for item in value)
    return value if isinstance(value, str) else ""


def test_snippets_are_isolated_and_inert(
    hostile: Evaluation, hostile_names: tuple[str, ...]
) -> None:
    for text in (render_snippet(hostile), render_result(hostile.results[1])):
        found = Reader(text)
        assert not {"script", "img", "link", "table", "iframe"} & set(found.tags)
        assert not [name for name, _ in found.attributes if name in ("src", "href", "id")]
        assert words(hostile_names[0]) in found.text
        style = text[text.index("<style>") + 7 : text.index("</style>")]
        rules = [line for line in style.splitlines() if line.strip()]
        assert all(part.strip().startswith(".synth-eval") for part in rules)
        assert len(text) < 40_000


def test_snippet_shows_verdicts_and_findings(evaluation: Evaluation) -> None:
    text = Reader(render_snippet(evaluation)).text
    for verdict in evaluation.verdicts.values():
        assert str(verdict.word) in text
    assert text.index("F001 worst age") < text.index("F004 pairs")


def test_is_small_with_many_columns_and_all_their_pairs(
    many_columns: Evaluation,
) -> None:
    found = Reader(render_page(many_columns))
    assert "500 of 19,900 items are shown" in found.text


@pytest.mark.slow
def test_is_small_with_many_columns_and_many_checks(many_columns: Evaluation) -> None:
    repeated = [
        replace(result, code=f"F{place:03d}")
        for place, result in enumerate(
            [many_columns["F001"].result, many_columns["F004"].result] * 20
        )
    ]
    page = render_page(replace(many_columns, results=repeated))
    assert len(page.encode()) < 6 * MEGABYTES


@pytest.mark.slow
def test_is_small_with_long_names(many_columns: Evaluation) -> None:
    long = "a name that nobody would type twice, again and again and again " * 4
    renamed = json.loads(many_columns.to_json().replace("column ", long))
    results = [Result.from_dict(row) for row in renamed["results"] for _ in range(12)]
    results = [replace(result, code=f"F{place:03d}") for place, result in enumerate(results)]
    page = render_page(replace(Evaluation.from_dict(renamed), results=results))
    assert len(page.encode()) < 6 * MEGABYTES


def test_unknown_checks_and_empty_evaluations_make_a_page() -> None:
    odd = Result(
        "Z001",
        "unheard_of",
        "validity",
        Status.WARN,
        "odd",
        figure="hologram",
        items=items_of_rows(
            [
                {
                    "attack": "x",
                    "roc": [0.1, 0.2],
                    "flags": {"a": True},
                    "estimate": 3,
                    "big": 1e300,
                },
                {"attack": "y", "roc": None, "flags": None, "estimate": None, "big": float("nan")},
            ]
        ),
    )
    found = Reader(render_page(Evaluation([odd])))
    for told in ("Unheard of", "Attack", "0.1, 0.2", "a: yes", "1e300"):
        assert told in found.text
    assert "CANNOT TELL" in Reader(render_page(Evaluation([]))).text


def test_page_is_the_same_twice(evaluation: Evaluation) -> None:
    assert render_page(evaluation) == render_page(evaluation)
