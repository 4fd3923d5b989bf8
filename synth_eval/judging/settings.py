"""Every setting and every option, declared once; the margins stand in `synth_eval.judging.margins`.

`Config` holds the settings of a run: seed, sizes, models, rules and margins. Each field is one
entry that says name, type, default and help; keywords of `synth_eval.evaluate` and
`synth_eval.compare`, options of the command line, parameters of the notebooks, configuration
files and ``docs/configuration.md`` follow from it (``make configuration`` writes those that are
files). `TABLE_OPTIONS` are what is said about the tables, `RUN_OPTIONS` what is said to the
command.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

from synth_eval.errors import UsageError
from synth_eval.judging.formulas import read_estimators, read_formula
from synth_eval.judging.gate import LEVELS
from synth_eval.judging.margins import IN_ROWS, MARGINS
from synth_eval.judging.options import (
    GROUPS,
    Kind,
    Option,
    choice,
    closest,
    fraction,
    path,
    real,
    seconds,
    special,
    text,
    whole,
    words,
    yes_no,
)
from synth_eval.judging.purposes import PURPOSES
from synth_eval.judging.results import Threshold

if TYPE_CHECKING:
    from synth_eval.judging.keywords import Settings

__all__ = [
    "MARGINS",
    "RUN_OPTIONS",
    "SETTINGS",
    "TABLE_OPTIONS",
    "Config",
    "options_of",
    "require_known",
]


_FEWEST_ROWS = 2  # the curves that tell how far a sample is begin there


def _read_edge_cases(name: str, given: Any) -> tuple[Mapping[str, Any], ...]:
    """Cases as ``{name = "...", all = [{column, op, value}, ...]}``, ``rate`` optional."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise UsageError(f"{name} must be a list of tables")
    for case in given:
        if not isinstance(case, Mapping) or not {"name", "all"} <= set(case) <= {
            "name", "all", "rate",
        }:  # fmt: skip
            raise UsageError("an edge case needs a name and a list `all` of conditions")
        for condition in case["all"]:
            if set(condition) != {"column", "op", "value"}:
                raise UsageError(
                    f"edge case {case['name']!r}: a condition needs column, op and value"
                )
        if not 0 < case.get("rate", 0.5) < 1:
            raise UsageError(f"edge case {case['name']!r}: the rate must lie between 0 and 1")
    return tuple(dict(case) for case in given)


def _read_margins(name: str, given: Any) -> dict[str, Threshold]:
    """All margins, some as ``name = {value = 0.01, basis = "..."}``; a new value needs a basis."""
    if not isinstance(given, Mapping):
        raise UsageError(f"{name} must be a table")
    margins = dict(MARGINS)
    for margin, entry in _flatten(given):
        if margin not in MARGINS:
            hint = closest(margin, MARGINS)
            raise UsageError(f"unknown margin {margin!r}{hint or '; known: ' + ', '.join(MARGINS)}")
        if isinstance(entry, Mapping):
            if set(entry) != {"value", "basis"} or not str(entry["basis"]).strip():
                raise UsageError(f"margin {margin!r} needs a value and a basis (why this value)")
            value = real().read(f"margins.{margin}", entry["value"])
            entry = Threshold(value, str(entry["basis"]))
        if not isinstance(entry, Threshold) or not math.isfinite(entry.value):
            raise UsageError(f"margin {margin!r} must be a finite number with its basis")
        if margin in IN_ROWS and entry.value < _FEWEST_ROWS:
            raise UsageError(
                f"margin {margin!r} is a number of real rows, at least {_FEWEST_ROWS}, no share "
                f"of them; {entry.value:g} was given and {MARGINS[margin].value:g} is the default"
            )
        margins[margin] = entry
    return margins


def _flatten(given: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """``[margins.fidelity] worst_table = {...}`` and ``"fidelity.worst_table" = {...}`` alike."""
    pairs = []
    for name, entry in given.items():
        if "." in name or not isinstance(entry, Mapping) or "value" in entry:
            pairs.append((name, entry))
        else:
            pairs += [(f"{name}.{key}", value) for key, value in entry.items()]
    return pairs


def _read_regression(name: str, given: Any) -> str:
    formula: str = text("FORMULA").read(name, given)
    if formula:
        read_formula(formula)
    return formula


_FORMULA = special("a formula", _read_regression, "str | None", "FORMULA", "str")
_ESTIMATORS = special(
    "a table of name to module:name",
    lambda _, given: read_estimators(given),
    "Mapping[str, Any] | str | Iterable[str] | None",
    "MODULE:NAME,...",
    "list[str]",
)
_CASE_TABLES = special("a list of tables", _read_edge_cases, "Sequence[Mapping[str, Any]] | None")
_MARGIN_TABLE = special("a table of margins", _read_margins, "Mapping[str, Any] | None")


def setting(default: Any, kind: Kind, group: str, help: str, **more: Any) -> Any:  # noqa: A002
    """Field of `Config` with its declaration; see `synth_eval.judging.options.Option`."""
    option = Option(kind, help, group, default=default, **more)
    metadata = {"option": option}
    if isinstance(default, Mapping):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of a run.

    Parameters
    ----------
    {parameters}
    """

    select: Sequence[str] = setting(
        (), words("CODE"), "checks",
        "codes, prefixes of codes, names or dimensions of the checks to run",
        example=["F", "P001"], unsaid="all",
    )  # fmt: skip
    ignore: Sequence[str] = setting(
        (), words("CODE"), "checks", "checks to leave out, named in the same way", example=["U"]
    )
    depth: str = setting(
        "standard", choice("fast", "standard", "full"), "checks",
        "fast, standard or full: how much is spent on models",
        example="full", shortcuts={"--fast": "fast"},
        more="`fast` trains and tests models on at most 5,000 rows; `full` adds the costly "
        "questions: learning curve, mixing ratio, ranking of models, importances, a regression "
        "on all columns, every column as a target.",
    )  # fmt: skip
    budget: float = setting(
        0.0, seconds(), "checks", "time after which no costly check is started, such as 60s",
        example="60s", unsaid="no limit", in_compare="for each table",
        more="Checks that search neighbours or fit models are costly. What was dropped has a "
        "result that says so.",
    )  # fmt: skip
    seed: int = setting(
        0, whole(), "checks", "seed of every random draw", example=7,
        more="Each check derives its own generator from it.",
    )  # fmt: skip
    model_rows: int = setting(
        50_000, whole(1), "checks", "most rows a model is trained or tested on", example=20_000
    )
    neighbour_rows: int = setting(
        5_000, whole(1), "checks", "most query rows per side of a neighbour search",
        example=10_000, more="The searched side is always complete.",
    )  # fmt: skip
    reference_scores: bool | None = setting(
        None, yes_no(), "checks", "run the reports of SDMetrics beside the checks", example=False,
        unsaid="yes for a report, no for a comparison",
        more="They decide nothing.",
    )  # fmt: skip
    targets: Sequence[str] = setting(
        (), words("COLUMN"), "models", "columns that models predict one after the other (U011)",
        example=["sex", "hours"],
    )  # fmt: skip
    regression: str = setting(
        "", _FORMULA, "models",
        "a regression whose coefficients are compared: income ~ age + sex (U010)",
        example="income ~ age + sex", more="Odd names stand between backticks.",
    )  # fmt: skip
    estimators: Mapping[str, Any] = setting(
        {}, _ESTIMATORS, "models", "your own models as module:name (U013)",
        example=["mine=package.module:name"],
        more="Estimators with scikit-learn's interface, or functions that return one; "
        "`label=module:name` calls one by a label. In Python a mapping of name to one of them, "
        "in a file a table of name to `module:name`.",
    )  # fmt: skip
    tuning: int = setting(
        0, whole(), "models", "settings tried for every model by cross-validation", example=10,
        unsaid="0, models keep their fixed settings",
        more="Inside the training rows of the model, real or synthetic.",
    )  # fmt: skip
    expectations: str = setting(
        "", path(), "rules", "Great Expectations suite to run", example="rules.json",
        unsaid="rules derived from the real table", is_path=True,
    )  # fmt: skip
    plugins: Sequence[str] = setting(
        (), words("FILE"), "rules",
        "Python files or modules with expectation types of your own; they are imported",
        example=["my_expectations.py"], is_path=True,
    )  # fmt: skip
    show_rows: int = setting(
        0, whole(), "rules",
        "synthetic rows per broken rule, in rows_not_for_release.html", example=5, bare=5,
        in_compare="in the folder of each table",
        more="Not for release: a generator that copies shows real people there. As an option "
        "without a number: 5.",
    )  # fmt: skip
    edge_cases: Sequence[Mapping[str, Any]] = setting(
        (), _CASE_TABLES, "rules", "cases that must occur (C007)",
        example=[{"name": "old", "all": [{"column": "age", "op": ">=", "value": 90}]}],
        more="Each has a `name`, its conditions `all` of `column`, `op` and `value`, and "
        "perhaps the `rate` it should have.",
    )  # fmt: skip
    purpose: str = setting(
        "", choice(*PURPOSES, optional=True), "judgement",
        f"{', '.join(PURPOSES)}: decides which dimensions gate",
        example="sharing", unsaid="all of them",
        more="The verdicts of the others stay, marked as not decisive.",
    )  # fmt: skip
    alpha: float = setting(
        0.05, fraction(), "judgement",
        "family-wise error rate of the intervals that decide a status", example=0.01,
    )  # fmt: skip
    declared_epsilon: float = setting(
        0.0, real(0), "judgement",
        "epsilon of the differential privacy guarantee of the synthetic table", example=1.0,
        unsaid="no guarantee",
    )  # fmt: skip
    small_cell: int = setting(
        11, whole(1), "judgement",
        "aggregates of fewer real rows are not written to any file", example=20,
        more="A cell of at least 11 keeps the chance of picking the right person in it under "
        "the .09 of health practice.",
    )  # fmt: skip
    margins: Mapping[str, Threshold] = setting(
        MARGINS, _MARGIN_TABLE, "judgement", "margins by name, each with its basis",
        example={"fidelity.worst_table": {"value": 200, "basis": "agreed with the users"}},
        unsaid="those of the package",
    )  # fmt: skip

    def __post_init__(self) -> None:
        for option in SETTINGS:
            # frozen: what is read takes the place of what was said
            object.__setattr__(self, option.name, option.read(getattr(self, option.name)))

    @property
    def is_fast(self) -> bool:
        """Whether models are kept small."""
        return self.depth == "fast"

    @property
    def is_full(self) -> bool:
        """Whether the costly questions are asked for."""
        return self.depth == "full"

    def margin(self, name: str) -> Threshold:
        """Margin by name."""
        return self.margins[name]

    def with_settings(self, **settings: Any) -> Config:
        """The same configuration with other settings in place of its own.

        None and an empty list keep a setting: it was not said.

        Raises
        ------
        UsageError
            A setting that is not known, or a value that does not fit.

        Examples
        --------
        >>> Config(seed=1).with_settings(seed=None, depth="fast").seed
        1
        """
        require_known(settings, "unknown setting")
        return replace(self, **{name: v for name, v in settings.items() if _is_said(v)})

    def described(self) -> dict[str, Any]:
        """Settings in plain values for a record: files without folders, models by name.

        Margins stand in the results they decided.
        """
        values: dict[str, Any] = {}
        for option in SETTINGS:
            value = getattr(self, option.name)
            if isinstance(value, Mapping):
                value = sorted(value)
            elif option.is_path:
                is_one = isinstance(value, str)
                value = Path(value).name if is_one else [Path(entry).name for entry in value]
            values[option.name] = value
        del values["margins"]
        return values

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Config:
        """Configuration from plain values; unknown names are errors.

        Examples
        --------
        >>> Config.from_mapping({"seed": 7, "budget": "5min"}).budget
        300.0
        """
        require_known(values, "unknown setting")
        return cls(**values)

    @classmethod
    def from_file(cls, path: str | Path) -> Config:
        """Configuration from a TOML file, or from ``[tool.synth_eval]`` of a pyproject.toml.

        Raises
        ------
        UsageError
            The file is absent, is not TOML, or holds an unknown setting.
        """
        import tomllib  # only where there is a file

        path = Path(path)
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"cannot read configuration {path}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"configuration {path} is not valid TOML: {error}") from error
        if path.name == "pyproject.toml":
            if "synth_eval" not in values.get("tool", {}):
                raise UsageError(f"configuration {path} has no table [tool.synth_eval]")
            values = values["tool"]["synth_eval"]
        return cls.from_mapping(values)

    @classmethod
    def settled(cls, config: Config | str | Path | None, settings: Settings) -> Config:
        """A configuration, or the file that holds one, with what a call says in its place."""
        if not isinstance(config, Config):
            config = cls() if config is None else cls.from_file(config)
        return config.with_settings(**settings)

    @staticmethod
    def parameters(names: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters of a notebook as keywords: of the tables, and of the evaluation.

        Parameters
        ----------
        names : mapping
            What the notebook has, ``globals()``. Empty parameters are left out, so that the
            configuration file or the default holds.

        Returns
        -------
        tables, settings : dict
            For `synth_eval.load` and `synth_eval.evaluate`; both for `synth_eval.compare`.

        Examples
        --------
        >>> tables, settings = Config.parameters({"real": "a.csv", "target": "", "seed": 7})
        >>> tables, settings
        ({'real': 'a.csv'}, {'seed': 7})
        """

        def said(wanted: Iterable[str]) -> dict[str, Any]:
            values = ((name, names.get(name)) for name in wanted)
            return {name: value for name, value in values if _is_said(value) and value != ""}

        tables = said(option.name for option in TABLE_OPTIONS)
        return tables, said([*(option.name for option in SETTINGS), "config"])


SETTINGS: tuple[Option, ...] = tuple(
    replace(item.metadata["option"], name=item.name) for item in fields(Config)
)
"""Every setting, in the order of `Config`."""


def _table(name: str, kind: Kind, help: str, **more: Any) -> Option:  # noqa: A002
    return Option(kind, help, "tables", name=name, **more)


TABLE_OPTIONS: tuple[Option, ...] = (
    _table(
        "real", path(), "rows the generator was trained on: CSV, CSV.gz or Parquet",
        example="real.parquet", unsaid="demo data", is_path=True,
    ),
    _table(
        "synthetic", path(), "rows the generator made", example="synthetic.parquet",
        unsaid="demo data", is_path=True, in_compare="one file or more",
    ),
    _table(
        "holdout", path(), "real rows the generator never saw", example="holdout.parquet",
        is_path=True, more="Without them privacy cannot be assessed; `synth-eval split` sets "
        "some aside before training.",
    ),
    _table(
        "labels", words("LABEL"), "what the tables are called, one for each",
        example=["first", "second"], unsaid="the names of their files", faces=("compare",),
    ),
    _table("target", text("COLUMN"), "column that models should predict", example="income"),
    _table(
        "secret", words("COLUMN"), "columns that nobody should be able to infer",
        example=["diagnosis"], aliases=("sensitive",),
    ),
    _table(
        "quasi_identifiers", words("COLUMN"), "columns an outsider may know about a person",
        example=["age", "town"],
    ),
    _table(
        "group", words("COLUMN"), "columns whose groups are compared", example=["sex"],
    ),
    _table(
        "entity", text("COLUMN"), "column that says which rows belong to one person or machine",
        example="patient",
    ),
    _table(
        "order", text("COLUMN"), "column that puts the rows of one entity in order", example="day"
    ),
    _table(
        "schema", path(), "JSON file that overrides the inferred kinds and roles of columns",
        example="schema.json", unsaid="inferred from the real table", is_path=True,
        more="`synth-eval schema` writes one to edit.",
    ),
)  # fmt: skip
"""What can be said about the tables, ``load`` and ``compare`` take as keywords."""


def _run(name: str, kind: Kind, help: str, **more: Any) -> Option:  # noqa: A002
    return Option(kind, help, "run", name=name, **more)


RUN_OPTIONS: tuple[Option, ...] = (
    _run(
        "config", path(), "TOML file with settings and margins", example="synth_eval.toml",
        is_path=True, more="Of a `pyproject.toml` the table `[tool.synth_eval]` is read.",
    ),
    _run(
        "out", path("FOLDER"), "folder that receives the report and all numbers",
        example="reports/adult", is_path=True,
        unsaid="nothing is written",
        more="The commands write to `reports/latest` and `reports/compare` by themselves.",
    ),
    _run(
        "also", words("FORM"), "further forms: markdown, junit, csv, parquet, pdf",
        example=["markdown", "junit"], is_in_notebook=False, in_compare="of each table",
    ),
    _run(
        "release_safe", path(), "also write a page for people outside", example="outside.html",
        is_in_notebook=False, in_compare="of each table, into this folder",
        more="Verdicts and rounded numbers alone.",
    ),
    _run(
        "notebook", path(), "your copy of the notebook; its cells tagged `report` enter the page",
        example="my_copy.ipynb", is_in_notebook=False, faces=("report",),
    ),
    _run(
        "fail_on", choice(*LEVELS), "exit with 1 from this status on", example="warn",
        default="fail", is_in_notebook=False,
        in_compare="unless one table or more stays below it",
    ),
    _run(
        "timeout", seconds(), "give up a run after so long", example="2h", is_in_notebook=False
    ),
)  # fmt: skip
"""What is said to the command about a run and what it leaves."""


def options_of(face: str) -> list[Option]:
    """Everything that a command understands, ``"report"`` or ``"compare"``, by group."""
    options = [*TABLE_OPTIONS, *SETTINGS, *RUN_OPTIONS]
    order = list(GROUPS)
    chosen = [option for option in options if face in option.faces]
    return sorted(chosen, key=lambda option: order.index(option.group))


def require_known(names: Iterable[str], words: str, also: Iterable[str] = ()) -> None:
    """Refuse names that are no setting, with the nearest that is one."""
    known = [*(option.name for option in SETTINGS), *also]
    for name in names:
        if name not in known:
            hint = closest(name, known) or f"; known: {', '.join(sorted(known))}"
            raise UsageError(f"{words} {name!r}{hint}")


def _is_said(value: Any) -> bool:
    """Whether a call says something with a value; 0, False and an empty text do."""
    return value is not None and (
        isinstance(value, str) or not isinstance(value, Sized) or len(value) > 0
    )


def _document(cls: type) -> None:
    """Put the declaration of every setting into the docstring."""
    indent = " " * 8
    entries = (
        f"{option.name} : {option.kind.word}\n"
        + fill(
            f"{option.sentence} Default: {option.otherwise}.",
            92,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
        )
        for option in SETTINGS
    )
    if cls.__doc__:  # gone under -OO
        cls.__doc__ = cls.__doc__.replace("{parameters}", "\n    ".join(entries))


_document(Config)
