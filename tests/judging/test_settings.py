"""A setting is declared once; every face has it, reads it alike, and none has more."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import shlex
import tomllib
import typing
from dataclasses import fields, make_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import synth_eval as se
from synth_eval.command.arguments import EXAMPLES, build_parser
from synth_eval.errors import UsageError
from synth_eval.judging import keywords
from synth_eval.judging.gate import LEVELS
from synth_eval.judging.margins import IN_ROWS
from synth_eval.judging.options import GROUPS, Option, whole
from synth_eval.judging.results import Status, Threshold
from synth_eval.judging.settings import (
    MARGINS,
    RUN_OPTIONS,
    SETTINGS,
    TABLE_OPTIONS,
    Config,
    options_of,
    setting,
)

ROOT = Path(__file__).resolve().parents[2]
FACES = ("report", "compare")
NAMES = [option.name for option in SETTINGS]
each_setting = pytest.mark.parametrize("option", SETTINGS, ids=lambda option: option.name)
each_face = pytest.mark.parametrize("face", FACES)

spec = importlib.util.spec_from_file_location("configuration", ROOT / "docs" / "configuration.py")
assert spec is not None
assert spec.loader is not None
configuration = importlib.util.module_from_spec(spec)
spec.loader.exec_module(configuration)


def command(face: str) -> dict[str, Any]:
    """The actions of a command by the name of what they set."""
    parser = build_parser()
    [commands] = [action for action in parser._actions if action.dest == "==SUPPRESS=="]
    actions = commands.choices[face]._actions
    return {action.dest: action for action in actions if action.dest not in OF_EVERY_COMMAND}


OF_EVERY_COMMAND = ("help", "quiet", "verbose")


def parameters(face: str) -> dict[str, str]:
    """Names and values of the cell of parameters."""
    path = ROOT / configuration.NOTEBOOKS[face]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    [cell] = [c for c in cells if "parameters" in c["metadata"].get("tags", ())]
    found = re.findall(r"^(\w+): \S+ = (\S+)  #", "".join(cell["source"]), re.MULTILINE)
    return dict(found)


def example(option: Option) -> Any:
    """The example of the declaration, in the form of a file."""
    return tomllib.loads(configuration.toml(option))[option.name]


# --- every face has every setting, and none has more


def test_configuration_has_the_settings_with_their_defaults() -> None:
    assert [item.name for item in fields(Config)] == NAMES
    for option in SETTINGS:
        assert getattr(Config(), option.name) == option.default, option.name


@each_face
def test_commands_have_what_is_declared_for_them(face: str) -> None:
    wanted = {option.name for option in options_of(face) if option.kind.annotation}
    assert set(command(face)) == wanted
    assert {o.name for o in SETTINGS if not o.kind.annotation} == {"edge_cases", "margins"}


@each_face
def test_notebooks_have_what_is_declared_for_them(face: str) -> None:
    assert list(parameters(face)) == [o.name for o in options_of(face) if o.is_parameter]
    assert set(parameters(face).values()) == {'""', "[]", "None"}


def test_keywords_of_python_are_the_settings_and_the_roles() -> None:
    hints = typing.get_type_hints(keywords.Settings)
    assert list(hints) == NAMES
    for call, kind in ((se.evaluate, "Settings"), (se.compare, "Keywords")):
        last = list(inspect.signature(call).parameters.values())[-1]
        assert last.kind is inspect.Parameter.VAR_KEYWORD
        assert last.annotation == f"Unpack[{kind}]"
        named = set(inspect.signature(call).parameters) - {last.name}
        assert not named & set(NAMES)
    tables = {name for o in TABLE_OPTIONS for name in (o.name, *o.aliases)}
    assert set(typing.get_type_hints(keywords.Keywords)) == (
        set(NAMES) | tables - {"real", "synthetic", "holdout", "labels"}
    )


def test_table_options_are_the_keywords_of_load() -> None:
    names = {name for o in TABLE_OPTIONS for name in (o.name, *o.aliases)}
    assert set(inspect.signature(se.load).parameters) == names - {"labels"}


@pytest.mark.parametrize("path", [*configuration.files()], ids=str)
def test_files_are_as_the_declaration_makes_them(path: Path) -> None:
    """`make configuration` writes them."""
    made = configuration.files()[path]
    assert (ROOT / path).read_text(encoding="utf-8") == made


def test_page_has_every_option_and_every_margin() -> None:
    page = configuration.page()
    for option in (*TABLE_OPTIONS, *SETTINGS, *RUN_OPTIONS):
        assert page.count(f"| `{option.name}`") == 1, option.name
        for flag in (option.flags[0], *option.shortcuts) if option.flags else ():
            assert flag in page or option.name in ("real", "synthetic", "reference_scores"), flag
    for name, margin in MARGINS.items():
        assert f"| `{name}` | {margin.value:g} | {margin.basis} |" in page


@each_setting
def test_docstring_explains_the_setting(option: Option) -> None:
    text = " ".join((Config.__doc__ or "").split())
    assert f"{option.name} : {option.kind.word} {option.sentence}" in text


@pytest.mark.parametrize(
    "option", [*TABLE_OPTIONS, *SETTINGS, *RUN_OPTIONS], ids=lambda option: option.name
)
def test_options_are_explained_in_one_line_with_an_example(option: Option) -> None:
    assert option.group in GROUPS
    assert 10 < len(option.help) < 100
    assert "\n" not in option.help
    assert not option.help.endswith(".")
    assert "=" not in option.help  # papermill would not see the parameter of a notebook
    assert option.example is not None
    assert "|" not in option.sentence + option.otherwise  # cells of a table
    if option.flags and option.name not in ("real", "synthetic"):
        words = shlex.split(configuration.command_words(option))
        face = option.faces[-1]
        assert getattr(build_parser().parse_args([face, "a", "b", *words]), option.name) is not None


@each_setting
def test_one_example_means_the_same_on_every_face(option: Option) -> None:
    config = Config.from_mapping({option.name: example(option)})
    value = getattr(config, option.name)
    assert value != option.default
    assert getattr(Config(**{option.name: value}), option.name) == value  # what it reads, it writes
    for face in FACES if option.flags else ():
        words = shlex.split(configuration.command_words(option))
        said = getattr(build_parser().parse_args([face, "a", "b", *words]), option.name)
        assert getattr(Config.from_mapping({option.name: said}), option.name) == value
        empty = {
            name: json.loads(v.replace("None", "null")) for name, v in parameters(face).items()
        }
        assert Config.parameters(empty) == ({}, {})
        assert Config.parameters({**empty, option.name: said})[1] == {option.name: said}


def test_a_setting_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A made-up one, declared like the others, is on every face at once."""
    made_up = setting(3, whole(1), "models", "trees of a forest", example=5)
    larger = make_dataclass(
        "Larger", [("trees", int, made_up)], bases=(Config,), frozen=True, kw_only=True
    )
    option = replace(fields(larger)[-1].metadata["option"], name="trees")
    declared = (*SETTINGS, option)
    monkeypatch.setattr("synth_eval.judging.settings.SETTINGS", declared)
    monkeypatch.setattr(configuration, "SETTINGS", declared)
    assert larger().trees == 3
    assert larger.from_mapping({"trees": 5}).described()["trees"] == 5
    assert Config.settled(larger(), {"trees": 4}).trees == 4
    with pytest.raises(UsageError, match="'trees' must be a whole number of at least 1, not 0"):
        larger(trees=0)
    with pytest.raises(UsageError, match="unknown setting 'tree'; did you mean 'trees'"):
        larger.from_mapping({"tree": 5})
    for face in FACES:
        assert build_parser().parse_args([face, "a", "b", "--trees", "5"]).trees == 5
        assert "trees: int = None  # trees of a forest; None: 3" in configuration.parameters(face)
    assert "    trees: int | None" in configuration.keywords()
    assert "| `trees` | a whole number of at least 1 | 3 | Trees of a" in configuration.page()
    assert "`--trees 5`<br>`trees = 5`" in configuration.page()


# --- values


@pytest.mark.parametrize(
    ("name", "values", "sentence"),
    [
        ("alpha", [0, 1, -0.1, 1.5, float("nan"), "x", True], "a number between 0 and 1"),
        (
            "small_cell",
            [0, -1, 1.5, "11", True, None, float("inf")],
            "a whole number of at least 1",
        ),
        ("model_rows", [0, -5, 2.0], "a whole number of at least 1"),
        ("neighbour_rows", [0], "a whole number of at least 1"),
        ("budget", [-1, float("nan"), float("inf"), True, None], "a time in seconds of at least 0"),
        ("budget", ["", "0s", "soon", "-5s"], "a positive time such as 60s"),
        ("seed", [-1, "7", 0.5, True], "a whole number of at least 0"),
        ("tuning", [-1, False], "a whole number of at least 0"),
        ("show_rows", [-1, "5"], "a whole number of at least 0"),
        ("declared_epsilon", [-0.1, float("inf"), "1"], "a finite number of at least 0"),
        ("reference_scores", [0, 1, "yes"], "true or false"),
        ("select", [3, [3], [""], {"F": 1}], "a list of words"),
        ("targets", [3, ["a", 3]], "a list of words"),
        ("plugins", [True], "a list of words"),
        ("expectations", [3, ["a.json"]], "the path of a file"),
        ("regression", [3], "a text"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_one_sentence(
    name: str, values: list[Any], sentence: str
) -> None:
    for value in values:
        with pytest.raises(UsageError) as caught:
            Config(**{name: value})
        assert str(caught.value).startswith(f"setting {name!r} must be {sentence}")
        assert str(caught.value).endswith(f", not {value!r}")


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("alpha", 0.5, 0.5),
        ("small_cell", 1, 1),
        ("seed", np.int64(7), 7),
        ("model_rows", np.uint8(7), 7),
        ("budget", 0, 0.0),
        ("budget", "1.5min", 90.0),
        ("declared_epsilon", np.float64(2.5), 2.5),
        ("declared_epsilon", 0, 0.0),
        ("targets", "sex", ("sex",)),
        ("targets", (name for name in ("a", "b")), ("a", "b")),
        ("expectations", Path("a") / "b.json", str(Path("a") / "b.json")),
        ("estimators", ["mine=a.b:c"], {"mine": "a.b:c"}),
        ("reference_scores", False, False),
        ("purpose", "", ""),
    ],
)
def test_values_that_fit_are_read(name: str, value: Any, read: Any) -> None:
    found = getattr(Config(**{name: value}), name)
    assert found == read
    assert type(found) is type(read)


def test_unknown_names_are_refused_with_the_nearest() -> None:
    for call in (
        lambda: Config.from_mapping({"sead": 1}),
        lambda: Config().with_settings(sead=1),
        lambda: se.evaluate(None, sead=1),  # type: ignore[arg-type, call-arg]
    ):
        with pytest.raises(UsageError, match="unknown setting 'sead'; did you mean 'seed'"):
            call()
    with pytest.raises(UsageError, match="unknown setting 'zzz'; known: alpha, budget"):
        Config.from_mapping({"zzz": 1})
    with pytest.raises(UsageError, match="compare has no setting 'targt'; did you mean 'target'"):
        se.compare(None, [], targt="x")  # type: ignore[call-arg]
    with pytest.raises(UsageError, match=r"unknown depth 'ful'; one of fast, .*mean 'full'"):
        Config(depth="ful")
    with pytest.raises(UsageError, match=r"margin 'fidelity.worst'; did you mean 'fidelity.worst_"):
        Config.from_mapping({"margins": {"fidelity": {"worst": {"value": 1, "basis": "x"}}}})


@pytest.mark.parametrize(
    "entry",
    [
        0.5,
        {"value": 0.5},
        {"value": 0.5, "basis": " "},
        {"value": float("nan"), "basis": "x"},
        {"value": "0.5", "basis": "x"},
        {"value": float("inf"), "basis": "x"},
        Threshold(float("nan"), "x"),
    ],
)
def test_margins_are_finite_and_have_a_basis(entry: Any) -> None:
    with pytest.raises(UsageError, match=r"fidelity\.worst_table"):
        Config.from_mapping({"margins": {"fidelity.worst_table": entry}})


def test_a_margin_of_ones_own_leaves_the_others() -> None:
    own = Threshold(50.0, "ours")
    config = Config(margins={"fidelity.worst_table": own})
    assert config.margin("fidelity.worst_table") == own
    assert {**MARGINS, "fidelity.worst_table": own} == config.margins
    assert Config().margins == MARGINS


@pytest.mark.parametrize(
    "words",
    [
        ["--alpha", "1"],
        ["--small-cell", "0"],
        ["--model-rows", "many"],
        ["--declared-epsilon", "-1"],
        ["--show-rows", "-1"],
        ["--purpose", "fun"],
        ["--regression", "income"],
        ["--estimators", "nothing"],
        ["--budget", "0"],
    ],
)
@each_face
def test_wrong_words_are_wrong_use(
    face: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        build_parser().parse_args([face, "a", "b", *words])
    assert stopped.value.code == 2
    assert f"argument {words[0]}" in capsys.readouterr().err


# --- files, calls, notebooks


def test_what_is_said_comes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path,
) -> None:
    file = tmp_path / "synth_eval.toml"
    file.write_text('seed = 3\ntargets = ["a"]\ndepth = "full"\nreference_scores = false\n')
    config = Config.settled(file, {"depth": "standard", "seed": None, "targets": []})
    assert (config.seed, config.depth, config.targets) == (3, "standard", ("a",))
    assert config.reference_scores is False
    assert Config.settled(config, {}) == config
    assert Config.settled(None, {"purpose": ""}) == Config()


def test_pyproject_has_a_table_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text('[project]\nname = "x"\n[tool.synth_eval]\nseed = 5\nbudget = "2min"\n')
    config = Config.from_file(file)
    assert (config.seed, config.budget) == (5, 120.0)
    file.write_text('[project]\nname = "x"\n')
    with pytest.raises(UsageError, match=r"has no table \[tool.synth_eval\]"):
        Config.from_file(file)


def test_record_of_the_settings_names_no_folder() -> None:
    config = Config(expectations="/a/b/rules.json", plugins=["/c/d/mine.py"], estimators="m:n")
    record = config.described()
    assert record["expectations"] == "rules.json"
    assert record["plugins"] == ["mine.py"]
    assert record["estimators"] == ["m:n"]
    assert set(record) == {*NAMES} - {"margins"}
    json.dumps(record)


def test_parameters_of_a_notebook_are_sorted() -> None:
    names = {"real": "a.csv", "synthetic": "", "seed": 0, "secret": [], "reference_scores": False,
             "config": "c.toml", "something": 3}  # fmt: skip
    assert Config.parameters(names) == (
        {"real": "a.csv"},
        {"seed": 0, "reference_scores": False, "config": "c.toml"},
    )


@each_face
def test_examples_of_the_help_are_commands(face: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in EXAMPLES[face]:
        assert build_parser().parse_args(shlex.split(words)[1:]).command == face
    with pytest.raises(SystemExit):
        build_parser().parse_args([face, "--help"])
    text = capsys.readouterr().out
    for title in GROUPS.values():
        assert f"\n{title}:\n" in text
    for words in EXAMPLES[face]:
        assert words in text


def test_help_has_a_placeholder_for_every_word() -> None:
    for face in FACES:
        for action in command(face).values():
            if action.option_strings and action.nargs != 0 and not action.choices:
                assert re.fullmatch(r"[A-Z:]+(,\.\.\.)?", str(action.metavar)), action.dest


def test_help_of_compare_says_what_holds_for_each_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["compare", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    differing = [o for o in options_of("compare") if o.in_compare]
    assert {"also", "show_rows", "release_safe", "budget"} <= {o.name for o in differing}
    for option in differing:
        assert f"{option.help}, {option.in_compare}" in text


def test_older_names_keep_working() -> None:
    words = ["report", "a", "b", "--sensitive", "pay", "--secret", "sex"]
    assert build_parser().parse_args(words).secret == ["pay", "sex"]


def test_levels_of_a_gate_are_statuses_in_one_place() -> None:
    assert all(Status(level).severity for level in LEVELS)
    [action] = [action for name, action in command("report").items() if name == "fail_on"]
    assert tuple(action.choices) == LEVELS
    for word in ('"inconclusive")', '"standard", "full"'):
        holders = [
            path.name
            for path in (ROOT / "synth_eval").rglob("*.py")
            if path.parent.name != "figures" and word in path.read_text(encoding="utf-8")
        ]
        assert len(holders) == 1, word


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("young", "must be a list"),
        ({"name": "young"}, "must be a list"),
        (["young"], "needs a name"),
        ([{"name": "young"}], "needs a name"),
        ([{"name": "young", "all": [], "any": []}], "needs a name"),
        ([{"name": "young", "all": [{"column": "age"}]}], "needs column, op and value"),
        ([{"name": "young", "all": [], "rate": 0}], "between 0 and 1"),
        ([{"name": "young", "all": [], "rate": 1}], "between 0 and 1"),
    ],
)
def test_edge_cases_that_cannot_be_understood_are_refused(given: Any, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Config.from_mapping({"edge_cases": given})


@pytest.mark.parametrize("given", ["strict", 3, ["fidelity.worst_table"]])
def test_margins_that_are_no_table_are_refused(given: Any) -> None:
    with pytest.raises(UsageError, match="must be a table"):
        Config.from_mapping({"margins": given})


@pytest.mark.parametrize("margin", sorted(IN_ROWS))
def test_a_share_in_the_place_of_rows_is_refused(margin: str) -> None:
    """Earlier files said 0.01 for a hundredth of the real rows; as rows it would pass anything."""
    with pytest.raises(UsageError, match="number of real rows"):
        Config.from_mapping({"margins": {margin: {"value": 0.01, "basis": "as before"}}})
    assert MARGINS[margin].basis.startswith("real rows")
