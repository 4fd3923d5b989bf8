"""One configuration for notebook, command line and gate: seed, sizes and margins.

Every margin is an effect size with a basis a stranger can check. The unit is *rows of
real data* wherever that can be said: a distance as large as that of an x % real sample, a
model worth x % of the real rows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from synth_eval.errors import UsageError
from synth_eval.judging.formulas import read_estimators, read_formula
from synth_eval.judging.purposes import purpose_of
from synth_eval.judging.results import Threshold

__all__ = ["Config"]

_MARGINS: Mapping[str, Threshold] = {
    "validity.unparseable_cells": Threshold(
        0.001,
        "one cell in a thousand: the rate at which a garbled column survives no spot check of "
        "3,000 cells at 95 % confidence",
    ),
    "validity.impossible_values": Threshold(
        0.001,
        "excess over fresh real rows, which leave the observed range too; one cell in a thousand",
    ),
    "validity.rule_violations": Threshold(
        0.001,
        "violation rate allowed beyond that of real rows: one row in a thousand",
    ),
    "fidelity.worst_table": Threshold(
        0.01,
        "share of the real rows: a table farther from the real one than a 1 % real sample; "
        "whoever accepts it could have worked with one real row in a hundred",
    ),
    "fidelity.mean_table": Threshold(
        0.10,
        "share of the real rows: on average as far from the real table as a 10 % real sample",
    ),
    "coverage.lost_mass": Threshold(
        0.001,
        "share of real rows whose level is gone: one in a thousand, the rarest class that an "
        "analysis of rare events (fraud) is asked to keep",
    ),
    "coverage.lost_tail": Threshold(
        0.1,
        "share of a tail (beyond the real 0.1 % or 99.9 % quantile) that must be left: nine of "
        "ten extreme cases gone is no tail any more",
    ),
    "coverage.repeated_rows": Threshold(
        0.01,
        "share of rows that repeat another without reason: one in a hundred moves a rare "
        "combination by as much as its own share",
    ),
    "utility.floor": Threshold(
        0.01, "share of the real rows: a model no better than one trained on 1 % of them"
    ),
    "utility.go": Threshold(
        0.10, "share of the real rows: a model as good as one trained on 10 % of them"
    ),
    "utility.negligible_loss": Threshold(
        0.01,
        "share of what a model gains over no model: about the difference that another seed of "
        "the same model makes; matters only where more real rows hardly help",
    ),
    "utility.calibration_loss": Threshold(
        0.10,
        "share of a model's gain over predicting the prevalence that wrong probabilities lose; "
        "1 (no model would have done as well) fails, a tenth of it is the limit of a pass",
    ),
    "privacy.copied_records": Threshold(
        0.0,
        "share of training records copied beyond chance; one copied person is a disclosure, so "
        "only the interval stands between",
    ),
    "privacy.hidden_copies": Threshold(
        0.01,
        "largest copied share that may still hide behind chance matches for copies to count as "
        "looked for; above it the table is too small or too coarse to tell",
    ),
    "privacy.membership_tail": Threshold(
        0.01,
        "share of training records an attacker recognises beyond chance at a false alarm rate "
        "of 1 %: one person in a hundred, nearly for sure",
    ),
    "privacy.isolated_records": Threshold(
        0.05,
        "share of the most isolated 1 % of training records recognised beyond chance: one unusual "
        "person in twenty; less is too few people to be sure of at ordinary sizes",
    ),
    "privacy.far_nearer": Threshold(
        0.1,
        "relative distance of an isolated training record, as a share of the smallest that any "
        "unseen record has: a single one ten times nearer is no proof, but is looked at",
    ),
    "privacy.closer_share": Threshold(
        0.5, "one half: which side a record fell to was decided by chance before training"
    ),
    "privacy.membership_area": Threshold(
        0.5,
        "area under the curve of an attack that cannot tell training records from unseen ones: "
        "they are ranked at random",
    ),
    "privacy.proved_excess": Threshold(
        0.0,
        "chance stands in the interval already, so a whole interval above zero is a leak, however "
        "small",
    ),
    "privacy.hidden_excess": Threshold(
        0.05,
        "largest share of training records that may still hide in the noise for an attack to "
        "count as run; above it there are too few records to tell",
    ),
    "privacy.attribute_inference": Threshold(
        0.05,
        "share of training records whose secret is guessed beyond the share of unseen records: "
        "one person in twenty exposed by having taken part",
    ),
    "privacy.singling_out": Threshold(
        0.05,
        "share of isolating predicates beyond those that isolate in unseen records; one guess in "
        "twenty",
    ),
    "privacy.linkability": Threshold(
        0.05, "share of training records linked beyond unseen ones: one person in twenty"
    ),
    "privacy.near_copies": Threshold(
        0.01,
        "excess share of training records with a synthetic row nearer than 99 % of unseen "
        "records have",
    ),
}

DEPTHS = ("fast", "standard", "full")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of a run.

    Parameters
    ----------
    seed : int
        Seed of every random draw; each check derives its own generator from it.
    alpha : float
        Family-wise error rate of the intervals that decide a status.
    model_rows : int
        Largest number of rows a model is trained or tested on.
    neighbour_rows : int
        Largest number of query rows per side of a neighbour search; the searched side is
        always complete.
    declared_epsilon : float
        Epsilon of the differential privacy guarantee that came with the synthetic table; 0
        where none was given.
    small_cell : int
        Aggregates of fewer real rows are not written to any file: a cell of at least 11 keeps
        the chance of picking the right person in it under the .09 of health practice.
    depth : {"fast", "standard", "full"}
        ``fast`` trains and tests models on at most 5,000 rows; ``full`` adds the costly
        questions: learning curve, mixing ratio, ranking of models, importances, a regression
        on all columns, every column as a target.
    tuning : int
        Settings that are tried for every model by cross-validation inside its own training
        rows, real or synthetic; 0 keeps them fixed.
    estimators : mapping of str to object
        Models of your own by name, with scikit-learn's interface: an estimator, a function
        that returns one, or ``"module:name"`` of either. See the check U013.
    targets : sequence of str
        Columns that models should predict one after the other, see the check U011.
    regression : str
        A regression whose coefficients matter, ``"income ~ age + sex"``; see the check U010.
    budget : float
        Seconds after which no check that searches neighbours or fits models is started any
        more; 0 is no limit. What was dropped is a result that says so.
    purpose : {"", "model-training", "software-testing", "sharing", "augmentation"}
        What the synthetic table is wanted for: decides which dimensions gate, see
        `synth_eval.judging.purposes`. Empty: all of them.
    expectations : str
        Path of a Great Expectations suite; empty derives the rules from the real table.
    edge_cases : sequence of mapping
        Cases that must occur, see the check C007.
    margins : mapping of str to Threshold
        Margins by name, see `synth_eval.judging.settings`.
    """

    seed: int = 0
    alpha: float = 0.05
    model_rows: int = 50_000
    neighbour_rows: int = 5_000
    declared_epsilon: float = 0.0
    small_cell: int = 11
    budget: float = 0.0
    depth: str = "standard"
    tuning: int = 0
    estimators: Mapping[str, Any] = field(default_factory=dict)
    targets: Sequence[str] = ()
    regression: str = ""
    purpose: str = ""
    expectations: str = ""
    edge_cases: Sequence[Mapping[str, Any]] = ()
    margins: Mapping[str, Threshold] = field(default_factory=lambda: dict(_MARGINS))

    def __post_init__(self) -> None:
        if self.depth not in DEPTHS:
            raise UsageError(f"unknown depth {self.depth!r}; one of {', '.join(DEPTHS)}")
        if self.tuning < 0:
            raise UsageError(f"tuning must be 0 or greater, not {self.tuning}")
        if self.regression:
            read_formula(self.regression)
        purpose_of(self.purpose)

    def margin(self, name: str) -> Threshold:
        """Margin by name."""
        return self.margins[name]

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Config:
        """Configuration from plain values; unknown names are errors."""
        values = dict(values)
        given = values.pop("margins", {})
        read = {name: reader(values.pop(name, ())) for name, reader in _READERS.items()}
        known = {item.name: item for item in fields(cls)}
        for name, value in values.items():
            if name not in known:
                raise UsageError(f"unknown setting {name!r}; known: {', '.join(sorted(known))}")
            wanted = type(getattr(cls(), name))
            fits = isinstance(value, int | float) if wanted is float else isinstance(value, wanted)
            if isinstance(value, bool) or not fits:
                raise UsageError(f"setting {name!r} must be {wanted.__name__}, not {value!r}")
        margins = {**_MARGINS, **_read_margins(given)}
        return replace(cls(**values), margins=margins, **read)

    @classmethod
    def from_file(cls, path: str | Path) -> Config:
        """Configuration from a TOML file, or from ``[tool.synth_eval]`` of a pyproject.toml.

        Raises
        ------
        UsageError
            The file is absent, is not TOML, or holds an unknown setting.
        """
        path = Path(path)
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"cannot read configuration {path}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError(f"configuration {path} is not valid TOML: {error}") from error
        if path.name == "pyproject.toml":
            values = values.get("tool", {}).get("synth_eval", {})
        return cls.from_mapping(values)


def _read_edge_cases(given: Any) -> tuple[Mapping[str, Any], ...]:
    """Cases as ``{name = "...", all = [{column, op, value}, ...]}``, ``rate`` optional."""
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise UsageError("edge_cases must be a list of tables")
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


def _read_names(given: Any) -> tuple[str, ...]:
    if isinstance(given, str) or not all(isinstance(name, str) for name in given):
        raise UsageError(f"targets must be a list of column names, not {given!r}")
    return tuple(given)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "edge_cases": _read_edge_cases,
    "estimators": read_estimators,
    "targets": _read_names,
}


def _read_margins(given: Any) -> dict[str, Threshold]:
    """Margins as ``name = {value = 0.01, basis = "..."}``; a changed value needs a basis."""
    margins = {}
    for name, entry in _flatten(given):
        if name not in _MARGINS:
            raise UsageError(f"unknown margin {name!r}; known: {', '.join(_MARGINS)}")
        if not isinstance(entry, Mapping) or set(entry) != {"value", "basis"}:
            raise UsageError(f"margin {name!r} needs a value and a basis (why this value)")
        margins[name] = Threshold(float(entry["value"]), str(entry["basis"]))
    return margins


def _flatten(given: Any) -> list[tuple[str, Any]]:
    """``[margins.fidelity] worst_table = {...}`` and ``"fidelity.worst_table" = {...}`` alike."""
    if not isinstance(given, Mapping):
        raise UsageError("margins must be a table")
    pairs = []
    for name, entry in given.items():
        if "." in name or not isinstance(entry, Mapping) or "value" in entry:
            pairs.append((name, entry))
        else:
            pairs += [(f"{name}.{key}", value) for key, value in entry.items()]
    return pairs
