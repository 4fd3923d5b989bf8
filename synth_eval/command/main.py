"""The command ``synth-eval``.

Exit codes: 0 nothing at or above ``--fail-on``; 1 something is; 2 wrong use or unreadable
input; 3 internal error; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shlex
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from synth_eval.command.arguments import build_parser
from synth_eval.data.files import write_text
from synth_eval.data.paths import check_path
from synth_eval.errors import InputError, NotebookError, UsageError
from synth_eval.judging.settings import Config, options_of

__all__ = ["main"]

FOUND, WRONG_USE, INTERNAL, INTERRUPTED, TERMINATED = 1, 2, 3, 130, 143
"""Exit codes; those of signals are 128 and the number of the signal, as in every shell."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Words behind the command's name; by default those of this process.
    """
    options = build_parser().parse_args(argv)
    level = (logging.ERROR, logging.INFO, logging.DEBUG)[min(options.verbose, 2)]
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s")
    if not options.verbose:  # what goes wrong in a run is told by this command, in one sentence
        logging.getLogger("papermill").setLevel(logging.CRITICAL + 1)
    try:
        code = _COMMANDS[options.command](options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (UsageError, InputError) as error:
        return _stop(str(error), WRONG_USE, options)
    except NotebookError as error:
        return _stop(str(error), INTERNAL, options)
    except KeyboardInterrupt:
        return _stop("interrupted; nothing was written", INTERRUPTED, options)
    except Exception as error:  # noqa: BLE001 - the last resort of a command
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return _stop(f"internal error ({reason}); -v shows where", INTERNAL, options)
    return code


def _stop(sentence: str, code: int, options: argparse.Namespace) -> int:
    if options.verbose and code != INTERRUPTED:
        traceback.print_exc()
    print(f"synth-eval: {' '.join(sentence.split())}", file=sys.stderr)
    return code


def _report(options: argparse.Namespace) -> int:
    from synth_eval.evaluation import ROWS_FILE, Evaluation  # --help does without
    from synth_eval.job.notebook import make_report

    check_path(Path(options.synthetic), "synthetic")
    _check_files(options)
    _check_forms(options.also)
    out = Path(options.out)
    with _clean_end():
        page = make_report(
            _parameters(options),
            out,
            notebook=_own_notebook(options.notebook),
            timeout=options.timeout,
            quiet=options.quiet,
        )
    if not (out / "results.json").is_file():
        raise UsageError(f"{options.notebook} wrote no results.json; keep its last cell")
    evaluation = Evaluation.from_json(out / "results.json")
    rows = [f"Not for release: {out / ROWS_FILE}"] if (out / ROWS_FILE).exists() else []
    forms = [f"Also: {path}" for path in evaluation.save_forms(out, options.also or ())]
    _say("\n".join([f"{evaluation!r}\n", f"Report: {page}", *forms, *rows]), options)
    if options.release_safe is not None:
        evaluation.to_html(options.release_safe, release_safe=True)
        _say(f"For people outside: {options.release_safe}", options)
    return FOUND if evaluation.at_or_above(options.fail_on) else 0


def _compare(options: argparse.Namespace) -> int:
    """A table that is not there or broken is listed as such, the others go on."""
    from synth_eval.comparing.comparison import Comparison  # --version and --help do without
    from synth_eval.comparing.leaderboard import labelled
    from synth_eval.job.notebook import make_comparison

    _check_files(options)
    _check_forms(options.also)
    labelled(options.synthetic, options.labels or ())
    problems = [problem for name in options.synthetic if (problem := _problem(name))]
    if len(problems) == len(options.synthetic):
        raise problems[0]
    out = Path(options.out)
    with _clean_end():
        page = make_comparison(
            _parameters(options), out, timeout=options.timeout, quiet=options.quiet
        )
    comparison = Comparison.from_json(out / "comparison.json")
    _say(f"{comparison!r}\n\nComparison: {page}", options)
    for entry in comparison:
        if not entry.error:
            _say_each_table(out / entry.folder, options)
    return 0 if any(entry.clears(options.fail_on) for entry in comparison) else FOUND


def _say_each_table(folder: Path, options: argparse.Namespace) -> None:
    """What was asked for of each table of a comparison, beside its report."""
    from synth_eval.evaluation import ROWS_FILE, Evaluation  # --help does without

    if options.also or options.release_safe:
        evaluation = Evaluation.from_json(folder / "results.json")
        for path in evaluation.save_forms(folder, options.also or ()):
            _say(f"Also: {path}", options)
        if options.release_safe:
            page = Path(options.release_safe) / f"{folder.name}.html"
            evaluation.to_html(page, release_safe=True)
            _say(f"For people outside: {page}", options)
    if (folder / ROWS_FILE).exists():
        _say(f"Not for release: {folder / ROWS_FILE}", options)


def _problem(name: str) -> InputError | None:
    try:
        check_path(Path(name), "synthetic")
    except InputError as error:
        return error
    return None


def _own_notebook(name: str | None) -> Path | None:
    """A copy of the notebook that was named, refused early where it is none."""
    if name is None:
        return None
    try:
        content = json.loads(Path(name).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read notebook {name}: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{name} is no notebook: {error}") from error
    if not isinstance(content, dict) or content.get("nbformat") != 4 or "cells" not in content:
        raise UsageError(f"{name} is no notebook of format 4; copy notebooks/evaluate.ipynb")
    return Path(name)


def _check_forms(forms: Sequence[str] | None) -> None:
    if forms:
        from synth_eval.report.forms.forms import check_forms  # --version and --help do without

        check_forms(forms)


def _check_files(options: argparse.Namespace) -> None:
    """What needs no kernel to be found out."""
    for role in ("real", "holdout"):
        if getattr(options, role) is not None:
            check_path(Path(getattr(options, role)), role)
    if options.config is not None:
        Config.from_file(options.config)


def _parameters(options: argparse.Namespace) -> dict[str, Any]:
    """Parameters of the notebook; what was not said keeps the notebook's default."""
    names = [option.name for option in options_of(options.command) if option.is_parameter]
    said = {name: getattr(options, name) for name in names if name != "out"}
    return {name: value for name, value in said.items() if value is not None}


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
        try:
            fetch_adult()
        except InputError as error:
            print(f"synth-eval: {error}; the demo uses a simulated table", file=sys.stderr)
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
        _report(build_parser().parse_args(["report", *words, *common]))
    return 0  # two of the three are faulty on purpose


def _say(text: str, options: argparse.Namespace) -> None:
    if not options.quiet:
        print(text, flush=True)


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


def _copies(options: argparse.Namespace) -> int:
    from synth_eval.data.load import load
    from synth_eval.internal.copies import write_copies

    config = Config() if options.config is None else Config.from_file(options.config)
    data = load(options.real, options.synthetic, options.holdout, schema=options.schema)
    count = write_copies(data, options.out, config)
    _say(f"{options.out}: {count:,} rows, readable by you alone; keep it out of reports", options)
    return 0


def _schema(options: argparse.Namespace) -> int:
    from synth_eval.data.kinds import infer_schema  # pyarrow
    from synth_eval.data.schema import Schema
    from synth_eval.data.source import open_source

    schema = infer_schema(open_source(options.table, "real"))
    if options.schema is not None:
        schema = schema.override(Schema.read_overrides(options.schema))
    content = schema.to_sdv() if options.sdv else schema.to_dict()
    text = json.dumps(content, indent=1, ensure_ascii=False)
    if options.out is None:
        print(text)
    else:
        write_text(options.out, text + "\n")
    return 0


def _checks(options: argparse.Namespace) -> int:
    from synth_eval.judging.registry import select  # walks the checks

    for code, spec in select(options.select or (), options.ignore or ()).items():
        print(f"{code}  {spec.dimension:<10} {spec.name:<34} {spec.title}")
    return 0


def _explain(options: argparse.Namespace) -> int:
    from synth_eval.judging.registry import explain  # walks the checks

    print("\n\n".join(explain(code) for code in options.codes))
    return 0


def _derive(options: argparse.Namespace) -> int:
    from synth_eval.data.load import load
    from synth_eval.rules import derive_suite, derive_to_file, read_suite, suite_text
    from synth_eval.rules.suite import changes

    config = Config() if options.config is None else Config.from_file(options.config)
    if options.out is not None:  # rules that people wrote into the file are kept
        old = read_suite(options.out) if Path(options.out).exists() else None
        suite = derive_to_file(
            options.table,
            options.out,
            options.holdout,
            name=options.name,
            schema=options.schema,
            config=config,
        )
        _say(f"{options.out}: " + "\n".join(changes(old, suite)), options)
        return 0
    other = options.holdout or options.table  # no synthetic table is looked at
    data = load(options.table, other, options.holdout, schema=options.schema)
    print(suite_text(derive_suite(data, name=options.name or "derived", config=config)), end="")
    return 0


def _run_suite(options: argparse.Namespace) -> int:
    from synth_eval.api import validate  # the layers a run needs

    evaluations = validate(
        options.table,
        options.suite,
        real=options.real,
        holdout=options.holdout,
        schema=options.schema,
        config=options.config,
        plugins=options.plugins or (),
    )
    if options.out is not None:
        evaluations.save(options.out)
    _say("\n".join(map(repr, evaluations)), options)
    return FOUND if evaluations.at_or_above(options.fail_on) else 0


_COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "checks": _checks,
    "compare": _compare,
    "copies": _copies,
    "demo": _demo,
    "derive": _derive,
    "explain": _explain,
    "report": _report,
    "run": _run_suite,
    "schema": _schema,
    "split": _split,
}
