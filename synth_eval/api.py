"""The entry points that notebooks and the command line call."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING, Any

from synth_eval.errors import InputError, UsageError
from synth_eval.job.progress import default_progress
from synth_eval.judging.formulas import load_estimators, read_estimators, read_formula
from synth_eval.judging.run import Progress, run
from synth_eval.judging.settings import Config

if TYPE_CHECKING:
    from pathlib import Path

    from synth_eval.comparing.comparison import Comparison
    from synth_eval.data.load import Data, SchemaLike
    from synth_eval.evaluation import Evaluation

__all__ = ["compare", "evaluate", "validate"]

logger = logging.getLogger(__name__)


def evaluate(
    data: Data,
    *,
    config: Config | str | Path | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    expectations: str | Path | None = None,
    plugins: Iterable[str] = (),
    show_rows: int = 0,
    reference_scores: bool = True,
    seed: int | None = None,
    budget: float | None = None,
    depth: str | None = None,
    purpose: str | None = None,
    estimators: Mapping[str, Any] | Iterable[str] = (),
    targets: Iterable[str] = (),
    regression: str | None = None,
    progress: bool | Progress = True,
) -> Evaluation:
    """Run the checks on the data.

    Parameters
    ----------
    data : Data
        What `synth_eval.load` returned.
    config : Config or path, optional
        Settings and margins, or the TOML file that holds them.
    select, ignore : iterable of str
        Codes, prefixes of codes, names or dimensions of checks to run or to leave out.
    expectations : path, optional
        Great Expectations suite to run; by default rules are derived from the real table.
    plugins : iterable of str
        Python files or modules that define expectation types of your own; they are imported.
    show_rows : int
        Synthetic rows to show per broken rule, in `Evaluation.examples` and in a page of their
        own beside the report. Not for release: a generator that copies shows real people there.
    reference_scores : bool
        Whether to run the reports of SDMetrics beside the checks.
    seed : int, optional
        Seed in place of the one of `config`.
    budget : float, optional
        Seconds after which no costly check is started, in place of the one of `config`; what
        was dropped has a result that says so.
    depth : {"fast", "standard", "full"}, optional
        How much is spent on models, in place of the depth of `config`.
    purpose : {"model-training", "software-testing", "sharing", "augmentation"}, optional
        What the synthetic table is wanted for, in place of the one of `config`: decides which
        dimensions gate. The verdicts of the others stay, marked as not decisive.
    estimators : mapping of str to object, or iterable of str
        Models of your own beside the built-in ones: name to an estimator with scikit-learn's
        interface, to a function that returns one, or to ``"module:name"`` of either; words
        may be ``"label=module:name"``. See the check U013.
    targets : iterable of str
        Columns that models should predict one after the other, see the check U011.
    regression : str, optional
        A regression whose coefficients matter, ``"income ~ age + sex"``; see the check U010.
    progress : bool or callable
        Show a progress bar, or call ``progress(done, total, label)`` before each step.

    Returns
    -------
    Evaluation
        Results, verdicts and provenance; shows itself in notebooks and shells.
    """
    from synth_eval.data.profiles import profiles  # numpy and pyarrow
    from synth_eval.evaluation import Evaluation  # keeps the import light
    from synth_eval.judging.provenance import provenance  # hashes the files

    _load(plugins)
    given: dict[str, Any] = {"seed": seed, "budget": budget, "depth": depth, "purpose": purpose}
    models: dict[str, Any] = {"targets": tuple(targets) or None, "regression": regression}
    models["estimators"] = read_estimators(estimators) or None
    suite = expectations and str(expectations)
    config = _settled(config, expectations=suite, **given, **models)
    config = replace(config, estimators=load_estimators(config.estimators))
    _require_columns(data, config)
    step = progress if callable(progress) else default_progress() if progress else _silent
    after = ["SDMetrics reference scores"] if reference_scores else []

    def checks_step(done: int, total: int, label: str) -> None:
        label = label if done < total or not after else after[0]
        step(done, total + len(after), label)

    results = run(
        data, config=config, select_checks=select, ignore_checks=ignore, progress=checks_step
    )
    scores = []
    if reference_scores:
        from synth_eval.others.sdmetrics_scores import sdmetrics_scores  # heavy

        scores = sdmetrics_scores(data, config)
        step(len(results) + 1, len(results) + 1, "done")
    return Evaluation(
        results=results,
        provenance=provenance(data, config, results),
        profiles=profiles(data, config.small_cell),
        reference_scores=scores,
        schema=data.schema.to_dict(),
        purpose=config.purpose,
        examples=_examples(data, config, show_rows),
    )


def compare(
    real: Any,
    synthetic: Sequence[Any] | Mapping[str, Any],
    holdout: Any = None,
    *,
    labels: Sequence[str] = (),
    target: str | None = None,
    sensitive: str | Iterable[str] | None = None,
    quasi_identifiers: str | Iterable[str] | None = None,
    schema: Any = None,
    config: Config | str | Path | None = None,
    reference_scores: bool = False,
    progress: bool | Progress = True,
    **given: Any,
) -> Comparison:
    """Evaluate several synthetic tables of one real table and set them side by side.

    A table that cannot be read or evaluated is listed with the reason; the others go on.

    Parameters
    ----------
    real, holdout : path, pandas, polars or pyarrow table
        As in `synth_eval.load`; read once for all synthetic tables.
    synthetic : sequence of tables, or mapping of label to table
        What the generators made. Where each is `Data`, with its own real table, `real` is
        not looked at.
    labels : sequence of str, optional
        What the tables are called; by default the names of their files, numbered where
        several files have one name.
    target, sensitive, quasi_identifiers, schema
        As in `synth_eval.load`.
    config : Config or path, optional
        Settings and margins, or the TOML file that holds them.
    reference_scores : bool
        Whether to run the reports of SDMetrics as well.
    progress : bool or callable
        As in `evaluate`, counted over all tables.
    **given
        ``select``, ``ignore``, ``expectations``, ``seed``, ``budget`` (for each table),
        ``depth``, ``purpose``, ``estimators``, ``targets``, ``regression`` and ``plugins`` as
        in `evaluate`.

    Returns
    -------
    Comparison
        Verdicts, positions and ranks; shows itself in notebooks and shells.

    Raises
    ------
    InputError
        The real table or the holdout cannot be read, or none of the synthetic tables can.
    UsageError
        Labels that do not fit, an unknown setting, or a target the real table lacks.
    """
    from synth_eval.comparing.comparison import compared
    from synth_eval.comparing.leaderboard import labelled  # numpy
    from synth_eval.data.load import Data, load  # numpy and pyarrow

    unknown = sorted(given.keys() - {*_SETTINGS, *_CHOICES})
    if unknown:
        raise UsageError(f"compare has no setting {unknown[0]!r}")
    tables, files = labelled(synthetic, labels)
    is_loaded = all(isinstance(table, Data) for table in tables.values())
    config = _settled(config, **{name: given.pop(name, None) for name in _SETTINGS})
    roles: dict[str, Any] = {"target": target, "sensitive": sensitive}
    roles |= {"quasi_identifiers": quasi_identifiers, "schema": schema}
    base = None if is_loaded else load(real, real, holdout, **roles)
    counter = _Counter(progress, len(tables))
    given = {**given, "config": config, "reference_scores": reference_scores}
    evaluations: dict[str, Evaluation] = {}
    errors: dict[str, str] = {}
    for label, table in tables.items():
        try:
            data = table if base is None else base.with_synthetic(table)
            evaluations[label] = evaluate(data, progress=counter.of(label), **given)
        except UsageError:
            raise
        except Exception as error:
            logger.debug("table %s failed", label, exc_info=True)
            errors[label] = _reason(error).replace(str(table), files[label] or label)
    counter.end()
    if not evaluations:
        first = next(iter(errors.values()))
        raise InputError(f"none of the synthetic tables can be evaluated: {first}")
    return compared(evaluations, files, errors, config.seed, config.purpose)


_SETTINGS = ("seed", "budget", "depth", "purpose", "expectations")
_CHOICES = ("select", "ignore", "estimators", "targets", "regression", "plugins")


class _Counter:
    """Progress over several tables as one."""

    def __init__(self, progress: bool | Progress, tables: int) -> None:
        shown = default_progress() if progress is True else progress
        self._show: Progress = shown or _silent
        self._tables = tables
        self._begun = 0
        self._total = 1

    def of(self, label: str) -> Progress:
        """Progress of the next table."""
        place = self._begun
        self._begun += 1

        def step(done: int, total: int, name: str) -> None:
            self._total = total
            if done < total:
                self._show(place * total + done, self._tables * total, f"{label}: {name}")

        return step

    def end(self) -> None:
        """Say that the last table is done."""
        self._show(self._tables * self._total, self._tables * self._total, "done")


def _reason(error: Exception) -> str:
    if isinstance(error, InputError):
        return str(error)
    words = " ".join(str(error).split())[:200]
    return f"the evaluation broke off ({type(error).__name__}: {words})"


def _examples(data: Data, config: Config, most: int) -> list[dict[str, Any]]:
    if most <= 0:
        return []
    from synth_eval.internal.broken_rows import example_rows  # heavy

    return example_rows(data, config, most)


def validate(
    table: Any,
    suite: str | Path | Mapping[str, Any] | None = None,
    *,
    real: Any = None,
    holdout: Any = None,
    schema: SchemaLike = None,
    config: Config | str | Path | None = None,
    plugins: Iterable[str] = (),
) -> Evaluation:
    """Run rules on a synthetic table where its rows are: here, in a database or a cluster.

    Of a database and of Spark only counts come back. No other check is run: those need the
    rows, see `load`.

    Parameters
    ----------
    table : path, pandas, polars or pyarrow table, Spark DataFrame, or connection string
        The synthetic rows. A table of a database is named behind its connection string:
        ``"postgresql://host/database#people"``.
    suite : path or mapping, optional
        Great Expectations suite; by default rules are derived from the real table.
    real, holdout : same as `table`, optional
        Real rows that tell how often rules are broken anyway; without them the suite says how
        often, where it was derived.
    schema : path, Schema or mapping, optional
        Overrides of the inferred schema.
    config : Config or path, optional
        Settings and margins, or the TOML file that holds them.
    plugins : iterable of str
        Python files or modules that define expectation types of your own; they are imported.

    Returns
    -------
    Evaluation
        With the result V003 alone: one row per rule in ``found["V003"].frame()``.

    Raises
    ------
    UsageError
        There is neither a suite nor a real table to derive one from, the suite cannot be read,
        or the database cannot be reached.
    InputError
        A table cannot be read.
    """
    from synth_eval.evaluation import Evaluation  # keeps the import light
    from synth_eval.judging.provenance import provenance_of_tables
    from synth_eval.judging.registry import available_checks
    from synth_eval.judging.results import Result
    from synth_eval.rules.finding import finding
    from synth_eval.rules.validate import validate_tables

    started = process_time()
    _load(plugins)
    config = _settled(config)
    given = {"synthetic": table, "real": real, "holdout": holdout}
    done = validate_tables(given, suite, schema=schema, config=config)
    if not done.rows:
        raise UsageError("the suite holds no expectation")
    check = available_checks()["V003"]
    found = finding(done.rows, config.margin("validity.rule_violations"))
    result = Result(
        code=check.code,
        name=check.name,
        dimension=check.dimension,
        gating=check.gating,
        figure=check.figure,
        seconds=round(process_time() - started, 3),
        **found,
    )
    return Evaluation([result], provenance_of_tables(done.tables, config, [result]))


def _load(plugins: Iterable[str]) -> None:
    names = [plugins] if isinstance(plugins, str) else list(plugins)
    if names:
        from synth_eval.rules.engines.plugins import load_plugins  # heavy

        load_plugins(names)


def _settled(config: Config | str | Path | None, **given: Any) -> Config:
    """Configuration with what a call gives in place of its own values."""
    if not isinstance(config, Config):
        config = Config() if config is None else Config.from_file(config)
    return replace(config, **{name: value for name, value in given.items() if value is not None})


def _require_columns(data: Data, config: Config) -> None:
    """Refuse settings that name a column the real table lacks."""
    named = {"targets": list(config.targets)}
    if config.regression:
        formula = read_formula(config.regression)
        named["regression"] = [formula.outcome, *formula.predictors]
    for setting, columns in named.items():
        for name in columns:
            if name not in data.schema:
                raise UsageError(f"{setting}: column {name!r} is not in the real table")


def _silent(done: int, total: int, label: str) -> None:
    """Show nothing."""
