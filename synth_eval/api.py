"""The entry points that notebooks and the command line call."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING, Any, Unpack, cast

from synth_eval.errors import InputError, UsageError
from synth_eval.job.progress import default_progress
from synth_eval.judging.formulas import load_estimators, read_formula
from synth_eval.judging.run import Progress, run
from synth_eval.judging.settings import TABLE_OPTIONS, Config, require_known

if TYPE_CHECKING:
    from pathlib import Path

    from synth_eval.comparing.comparison import Comparison
    from synth_eval.data.load import SchemaLike
    from synth_eval.data.pair import Pair
    from synth_eval.evaluation import Evaluation
    from synth_eval.judging.keywords import Keywords, Settings

__all__ = ["compare", "evaluate", "validate"]

logger = logging.getLogger(__name__)


def evaluate(
    data: Pair,
    *,
    config: Config | str | Path | None = None,
    progress: bool | Progress = True,
    **settings: Unpack[Settings],
) -> Evaluation:
    """Run the checks on the data.

    Parameters
    ----------
    data : Pair
        What `synth_eval.load` returned.
    config : Config or path, optional
        Settings and margins, or the TOML file that holds them.
    progress : bool or callable
        Show a progress bar, or call ``progress(done, total, label)`` before each step.
    **settings
        Single settings in place of those of `config`, such as ``select``, ``depth``, ``seed``
        or ``purpose``: every parameter of `Config`. None or an empty list leaves the one of
        `config`.

    Returns
    -------
    Evaluation
        Results, verdicts and provenance; shows itself in notebooks and shells.

    Raises
    ------
    UsageError
        A setting that is not known or does not fit, or names a column the real table lacks.

    Examples
    --------
    >>> import synth_eval as se
    >>> data = se.demo_data("simulated")
    >>> found = se.evaluate(data, select="F001", reference_scores=False, progress=False)
    >>> [result.code for result in found]
    ['F001']
    """
    from synth_eval.data.profiles import profiles  # numpy and pyarrow
    from synth_eval.evaluation import Evaluation  # keeps the import light
    from synth_eval.judging.provenance import provenance  # hashes the files

    config = Config.settled(config, settings)
    _load(config.plugins)
    config = replace(config, estimators=load_estimators(config.estimators))
    _require_columns(data, config)
    step = progress if callable(progress) else default_progress() if progress else _silent
    is_scored = config.reference_scores is not False
    after = ["SDMetrics reference scores"] if is_scored else []

    def checks_step(done: int, total: int, label: str) -> None:
        label = label if done < total or not after else after[0]
        step(done, total + len(after), label)

    results = run(
        data,
        config=config,
        select_checks=config.select,
        ignore_checks=config.ignore,
        progress=checks_step,
    )
    scores = []
    if is_scored:
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
        examples=_examples(data, config),
    )


def compare(
    real: Any,
    synthetic: Sequence[Any] | Mapping[str, Any],
    holdout: Any = None,
    *,
    labels: Sequence[str] = (),
    config: Config | str | Path | None = None,
    progress: bool | Progress = True,
    **keywords: Unpack[Keywords],
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
    config : Config or path, optional
        Settings and margins, or the TOML file that holds them.
    progress : bool or callable
        As in `evaluate`, counted over all tables.
    **keywords
        Roles of columns and ``schema`` as in `synth_eval.load`, and all settings as in
        `evaluate`, for each table alike; the reports of SDMetrics are run where
        ``reference_scores=True`` asks for them.

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

    Examples
    --------
    >>> import synth_eval as se
    >>> tables = {name: se.demo_data("simulated", synthesizer=name) for name in ("copula", "leaky")}
    >>> found = se.compare(None, tables, select="F001", progress=False)
    >>> sorted(entry.label for entry in found)
    ['copula', 'leaky']
    """
    from synth_eval.comparing.comparison import compared
    from synth_eval.comparing.leaderboard import labelled  # numpy
    from synth_eval.data.load import load_baseline  # numpy and pyarrow
    from synth_eval.data.pair import Pair

    roles, settings = _sorted_keywords(keywords)
    config = Config.settled(config, settings)
    if config.reference_scores is None:
        config = replace(config, reference_scores=False)
    tables, files = labelled(synthetic, labels)
    is_loaded = all(isinstance(table, Pair) for table in tables.values())
    baseline = None if is_loaded else load_baseline(real, holdout, **roles)
    counter = _Counter(progress, len(tables))
    evaluations: dict[str, Evaluation] = {}
    errors: dict[str, str] = {}
    for label, table in tables.items():
        try:
            data = table if baseline is None else Pair.of(baseline, table)
            evaluations[label] = evaluate(data, config=config, progress=counter.of(label))
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


def _sorted_keywords(keywords: Keywords) -> tuple[dict[str, Any], Settings]:
    """Keywords of the tables, and of the evaluation."""
    of_tables = {name for option in TABLE_OPTIONS for name in (option.name, *option.aliases)}
    require_known(keywords, "compare has no setting", also=of_tables)
    roles = {name: value for name, value in keywords.items() if name in of_tables}
    settings = {name: value for name, value in keywords.items() if name not in of_tables}
    return {name: role for name, role in roles.items() if role}, cast("Settings", settings)


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


def _examples(data: Pair, config: Config) -> list[dict[str, Any]]:
    if not config.show_rows:
        return []
    from synth_eval.internal.broken_rows import example_rows  # heavy

    return example_rows(data, config, config.show_rows)


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
    from synth_eval.checks.validity.rule_violations import rule_violations
    from synth_eval.evaluation import Evaluation  # keeps the import light
    from synth_eval.judging.provenance import provenance_of_tables
    from synth_eval.judging.registry import check_of
    from synth_eval.rules.finding import finding
    from synth_eval.rules.judge import MARGIN
    from synth_eval.rules.validate import validate_tables

    started = process_time()
    config = Config.settled(config, {})
    _load([*config.plugins, *([plugins] if isinstance(plugins, str) else plugins)])
    tables = {"synthetic": table, "real": real, "holdout": holdout}
    validated = validate_tables(tables, suite, schema=schema, config=config)
    if not validated.items:
        raise UsageError("the suite holds no expectation")
    sentence = finding(validated.items, config.margin(MARGIN))
    result = replace(
        check_of(rule_violations).judged(**sentence), seconds=round(process_time() - started, 3)
    )
    return Evaluation([result], provenance_of_tables(validated.tables, config, [result]))


def _load(plugins: Sequence[str]) -> None:
    if plugins:
        from synth_eval.rules.engines.plugins import load_plugins  # heavy

        load_plugins(plugins)


def _require_columns(data: Pair, config: Config) -> None:
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
