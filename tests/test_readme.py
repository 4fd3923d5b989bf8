"""What the README tells people to type works, and what it says is so."""

from __future__ import annotations

import re
import shlex
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from synth_eval.command import main as cli
from synth_eval.command.arguments import build_parser
from synth_eval.demo import demo_tables
from synth_eval.judging.dimensions import dimensions
from synth_eval.judging.settings import options_of

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "reports/README.md")
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands(first: str, text: str) -> list[str]:
    found = re.findall(rf"(?:^|`)({first}(?: [^#`\n]*)?)", text, re.MULTILINE)
    return sorted({command.strip() for command in found})


def all_commands(first: str) -> list[str]:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS]
    return sorted({command for text in texts for command in commands(first, text)})


@pytest.mark.parametrize("command", all_commands("synth-eval"))
def test_commands_parse(command: str) -> None:
    words = shlex.split(command)[1:]
    if not words:
        return
    if len(words) == 1 and words[0] in ("report", "compare", "split", "schema", "explain"):
        words.append("--help")  # named in a sentence, not called
    assert exit_code(words) == 0, command


def exit_code(words: list[str]) -> int | str | None:
    try:
        build_parser().parse_args(words)
    except SystemExit as stopped:
        return stopped.code
    return 0


def test_commands_were_found() -> None:
    assert "synth-eval report data/real.parquet synthetic.parquet" in " ".join(
        all_commands("synth-eval")
    )


def test_options_of_the_table_are_declared() -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README))
    declared = {flag for o in options_of("report") for flag in (*o.flags, *o.shortcuts)}
    rows = {flag for line in README.splitlines() if line.startswith("| `--") for flag in
            re.findall(r"`(--[a-z-]+)", line)}  # fmt: skip
    assert len(rows) >= 12
    assert rows <= named & declared
    assert "docs/configuration.md" in README


@pytest.mark.parametrize("command", all_commands("make"))
def test_make_targets_exist(command: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in command.split()[1:]:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), command


def test_two_commands_come_first() -> None:
    kind, first = BLOCKS[0]
    assert kind == ""
    assert [line.split("#")[0].strip() for line in first.splitlines()] == [
        "make report",
        "make test",
    ]


def test_plain_commands_do_what_make_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    plain = BLOCKS[1][1].splitlines()
    for command in plain[-2:]:
        assert command.removeprefix("python ").removeprefix("synth-eval ") in makefile, command


@pytest.mark.parametrize(
    "settings",
    [
        {"depth": "fast", "reference_scores": False, "select": ["V001", "F001", "C001", "P001"]},
        pytest.param({}, marks=pytest.mark.slow),
    ],
    ids=["fast", "as it stands"],
)
def test_notebook_lines_run(
    settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyarrow.parquet as pq

    import synth_eval as se

    monkeypatch.setattr(se, "evaluate", partial(se.evaluate, **settings))
    monkeypatch.chdir(tmp_path)
    for role, table in demo_tables("simulated").items():
        names = ["income" if name == "approved" else name for name in table.column_names]
        pq.write_table(table[:1_000].rename_columns(names), f"{role}.parquet")
    [lines] = [text for kind, text in BLOCKS if kind == "python"]
    assert len([line for line in lines.splitlines() if line]) == 5
    names: dict[str, object] = {}
    exec(compile(lines, "README.md", "exec"), names)
    assert repr(names["report"]).startswith(("GO", "NO-GO", "CANNOT TELL"))
    assert "<html" in Path("report.html").read_text(encoding="utf-8")


def test_exit_codes_are_those_of_the_command() -> None:
    table = [int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)]
    assert table == [0, cli.FOUND, cli.WRONG_USE, cli.INTERNAL, cli.INTERRUPTED]


def test_dimensions_and_their_questions() -> None:
    for name, dimension in dimensions().items():
        assert f"| {name} | {dimension.question} |" in README


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / name).parent.joinpath(target).exists(), target


def test_layout_is_the_layout() -> None:
    [block] = [text for _, text in BLOCKS if text.startswith("notebooks/")]
    for line in block.splitlines():
        folder = ROOT / "synth_eval" if line.startswith("  ") else ROOT
        words = line.split("   ")[0].split() if line.startswith("  ") else line.split()[:1]
        for word in words or line.split()[:1]:
            assert (folder / word).exists(), line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_no_machine(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:home|root|work|tmp|Users)/", text)
