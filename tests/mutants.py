"""Defects made by hand, to see that the tests notice them; not collected by pytest.

Every defect changes one place of the package, as a slip of the hand or of the mind would. It is
put into a copy of the checkout, the tests that should notice are run on that copy, and a defect
that they let live is printed::

    python tests/mutants.py            # all; exits with 1 if one survives
    python tests/mutants.py --check    # only whether every text to change is still there
    python tests/mutants.py wilson     # those whose name holds a word
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")


class Defect(NamedTuple):
    """A text of one file of the package, what it becomes, and the tests that must fail then."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


CONTRACT = ("tests/contract/test_every_check.py", "tests/contract/test_bad_input.py")
DEFECTS = [
    # Pure mathematics.
    Defect("wilson: another centre", "stats/intervals.py",
           "(share + z2 / (2 * n)) / (1 + z2 / n)", "(share + z2 / n) / (1 + z2 / n)",
           ("tests/stats/test_intervals.py",)),
    Defect("newcombe: limits swapped", "stats/intervals.py",
           "np.hypot(first.value - first.low, second.high - second.value)",
           "np.hypot(first.value - first.low, second.value - second.low)",
           ("tests/stats/test_intervals.py",)),
    Defect("hypergeometric tail: one too few", "stats/intervals.py",
           "k = np.arange(hits, most + 1,", "k = np.arange(hits + 1, most + 1,",
           ("tests/stats/test_intervals.py",)),
    Defect("excess of members: off by one", "stats/intervals.py",
           "_first(is_too_few, hits + 1) - 1", "_first(is_too_few, hits + 1)",
           ("tests/stats/test_intervals.py",)),
    Defect("area under the curve: half the variance", "stats/intervals.py",
           " + below.var(ddof=1) / m)", ")", ("tests/stats/test_intervals.py",)),
    Defect("poisson ratio: scale upside down", "stats/intervals.py",
           "scale = control_rows / rows", "scale = rows / control_rows",
           ("tests/stats/test_intervals.py", "tests/checks/coverage")),
    Defect("quantiles: one row too many", "stats/empirical.py",
           "place = np.asarray(shares) * (self.rows - 1)",
           "place = np.asarray(shares) * self.rows", ("tests/stats/test_empirical.py",)),
    Defect("distribution functions: blocks start anew", "stats/empirical.py",
           "before = side.cumulative[block.start - 1] if block.start else 0", "before = 0",
           ("tests/stats/test_empirical.py", "tests/stats/test_distances.py")),
    Defect("tail threshold: rounded up", "stats/membership.py",
           "int(np.floor(false_positive_rate * len(controls)))",
           "int(np.ceil(false_positive_rate * len(controls)))",
           ("tests/stats/test_membership.py",)),
    Defect("tail hits: threshold of the half itself", "stats/membership.py",
           "!= half], false_positive_rate)\n        counts",
           "== half], false_positive_rate)\n        counts",
           ("tests/stats/test_membership.py", "tests/checks/privacy")),
    Defect("epsilon: two-sided level", "stats/membership.py",
           "clopper_pearson(correct, guesses, 2 * level - 1)",
           "clopper_pearson(correct, guesses, level)", ("tests/stats/test_membership.py",)),
    Defect("dominance: better everywhere asked", "stats/pareto.py",
           "(other <= own).all(axis=3)", "(other < own).all(axis=3)",
           ("tests/stats/test_pareto.py",)),
    Defect("Cramér's V: correction dropped", "stats/association.py",
           "np.maximum(phi - (rows - 1) * (columns - 1) / spare, 0.0)", "np.maximum(phi, 0.0)",
           ("tests/stats/test_association.py",)),
    Defect("disclosure: absent keys are constant", "stats/disclosure.py",
           "self._look_up(self._keys, self._targets, keys) == 1",
           "self._look_up(self._keys, self._targets, keys) <= 1",
           ("tests/stats/test_disclosure.py",)),
    Defect("largest of many: correction dropped", "stats/maximum.py",
           "tail = alpha / (2 * max(self._statistics, 1))", "tail = alpha / 2",
           ("tests/stats/test_maximum.py",)),
    Defect("worth: sizes the wrong way round", "stats/worth.py",
           "np.interp(distance, falling, np.log(self.sizes)[::-1])",
           "np.interp(distance, falling, np.log(self.sizes))", ("tests/stats/test_worth.py",)),
    Defect("neighbours: the last of equals", "stats/neighbours.py",
           "nearer = found < best[:, 0]", "nearer = found <= best[:, 0]",
           ("tests/stats/test_neighbours.py",)),
    # Tables in.
    Defect("counts: pairs are not merged", "data/counts.py",
           "        self._two += other._two\n", "", ("tests/data/test_counts.py",)),
    Defect("counts: wrong margin of the last column", "data/counts.py",
           "self._two[self._pair(first, column)] += table.sum(axis=1)",
           "self._two[self._pair(first, column)] += table.sum(axis=0)",
           ("tests/data/test_counts.py",)),
    Defect("codes: missing is unseen", "data/codes.py",
           "[plan.lookup, [0, missing]]", "[plan.lookup, [0, unseen]]",
           ("tests/data/test_codes.py",)),
    Defect("codes: new levels are in one group", "data/codes.py",
           "column.strangers[is_stranger] % plan.groups", "0 * column.strangers[is_stranger]",
           ("tests/data/test_codes.py", "tests/checks/validity")),
    Defect("fingerprint: minus zero is another number", "data/fingerprint.py",
           ".values + 0.0  #", ".values * 1.0  #", ("tests/data/test_fingerprint.py",)),
    Defect("fingerprint: columns may swap their cells", "data/fingerprint.py",
           "_mix(self._cells(batch[name]) ^ salt)", "_mix(self._cells(batch[name]))",
           ("tests/data/test_fingerprint.py",)),
    Defect("parse: what cannot be read is not counted", "data/parse.py",
           "return numbers, int(numbers.null_count - words.null_count)", "return numbers, 0",
           ("tests/data/test_parse.py", "tests/data/test_table.py")),
    Defect("split: share of entities, not of rows", "data/split.py",
           "taken - share * len(entities)", "taken - share * len(sizes)",
           ("tests/data/test_split.py",)),
    # From numbers to words.
    Defect("verdict: a check that only warns condemns", "judging/verdicts.py",
           "failed = [r for r in judged if r.status is Status.FAIL and r.gating]",
           "failed = [r for r in judged if r.status is Status.FAIL]",
           ("tests/judging",)),
    Defect("verdict: a broken check is forgotten", "judging/verdicts.py",
           "broken = [r for r in judged if r.status is Status.ERROR]",
           "broken: list[Result] = []", ("tests/judging",)),
    Defect("verdict: doubt is forgotten", "judging/verdicts.py",
           "unsure = [r for r in judged if r.status is Status.INCONCLUSIVE and r.gating]",
           "unsure: list[Result] = []", ("tests/judging",)),
    Defect("judge: the interval's other end", "judging/judge.py",
           "return decision.low > line", "return decision.high > line",
           ("tests/contract/test_judge.py",)),
    Defect("judge: either line is enough", "judging/judge.py",
           "return is_clear and is_aimed", "return is_clear or is_aimed",
           ("tests/contract/test_judge.py",)),
    Defect("run: the seed is ignored", "judging/check.py",
           "np.random.default_rng([self.config.seed, *words])", "np.random.default_rng(words)",
           ("tests/judging/test_results.py", *CONTRACT)),
    Defect("run: results change from run to run", "judging/check.py",
           "np.random.default_rng([self.config.seed, *words])", "np.random.default_rng()",
           ("tests/judging", *CONTRACT)),
    # Rules.
    Defect("rules: two persons are told as two", "rules/tally.py",
           "min(max(self.broken, small_cell - 1), self.judged)", "self.broken",
           ("tests/rules", "tests/checks/validity")),
    Defect("rules: correction for many dropped", "rules/judge.py",
           "level = 1 - alpha / max(counted, 1)", "level = 1 - alpha",
           ("tests/rules/test_false_alarms.py", "tests/checks/validity")),
    Defect("rules: other rows are the same rows", "rules/derived/totals.py",
           "np.roll(moved[:, column], 1)", "np.roll(moved[:, column], 0)",
           ("tests/rules/test_totals.py",)),
    # What leaves the house, and how it looks.
    Defect("page: a script can be ended by data", "report/page/html.py",
           'for letter in "<>&', 'for letter in "&', ("tests/report",)),
    Defect("page: names are not escaped", "report/page/html.py",
           "autoescape=True", "autoescape=False", ("tests/report",)),
    Defect("release: finer than eleven records", "report/release.py",
           "finest = max(digits, Config().small_cell / records if records else 0.0)",
           "finest = digits", ("tests/report/test_release.py",)),
    Defect("copies: everybody may read the list", "internal/copies.py",
           "_MODE = 0o600", "_MODE = 0o644", ("tests/internal/test_copies.py",)),
    Defect("ranks: higher is lower", "comparing/ranks.py",
           "1.0 if axis.is_lower_better else -1.0", "-1.0 if axis.is_lower_better else 1.0",
           ("tests/comparing",)),
    # Checks.
    Defect("nearer rows: ties count for nobody",
           "checks/privacy/closer_to_real_than_holdout.py",
           "(first < second) + 0.5 * (first == second)", "(first < second) + 0.0",
           ("tests/checks/privacy/test_closer_to_real_than_holdout.py",)),
    Defect("linkability: one half twice", "checks/privacy/linkability.py",
           "(names[::2], names[1::2])", "(names[::2], names[::2])",
           ("tests/checks/privacy/test_linkability.py",)),
    Defect("singling out: at least is at most", "checks/privacy/singling_out.py",
           'values >= self.value if self.operator == ">="',
           'values <= self.value if self.operator == ">="',
           ("tests/checks/privacy/test_singling_out.py",)),
    Defect("impossible values: missing levels are unseen", "data/states.py",
           "np.where(column.codes < 0, size + 1, column.codes)",
           "np.where(column.codes < 0, size, column.codes)",
           ("tests/data/test_states.py", "tests/checks/validity", *CONTRACT)),
    Defect("distances of rows: too few rows crash", "checks/fidelity/_kernel_distance.py",
           "if smallest < _FEWEST_ROWS:", "if smallest < 0:",
           ("tests/checks/fidelity/test_kernel_distance.py", *CONTRACT)),
    Defect("impossible values: nothing but infinities crash",
           "checks/validity/impossible_values.py",
           "(finite.values[0], finite.values[-1]) if finite.rows else (-np.inf, np.inf)",
           "(finite.values[0], finite.values[-1])", CONTRACT),
]  # fmt: skip


def is_stale(defect: Defect) -> bool:
    """Whether the text to change is gone, or is there more than once."""
    path = ROOT / "synth_eval" / defect.file
    return not path.is_file() or path.read_text(encoding="utf-8").count(defect.old) != 1


def survives(defect: Defect, folder: Path) -> bool:
    """Whether all tests pass in spite of the defect."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT, dirs_exist_ok=True)
    path = folder / "synth_eval" / defect.file
    path.write_text(path.read_text(encoding="utf-8").replace(defect.old, defect.new), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider",
         "-m", "not slow", *defect.tests],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True,
        check=False, timeout=3_600,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{defect.name}: pytest could not run\n{done.stdout[-2_000:]}")
    return done.returncode == 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("words", nargs="*", help="run defects whose name holds one of these")
    parser.add_argument("--check", action="store_true", help="only look for the texts to change")
    options = parser.parse_args(arguments)
    chosen = [
        defect
        for defect in DEFECTS
        if not options.words or any(word in defect.name for word in options.words)
    ]
    stale = [defect.name for defect in chosen if is_stale(defect)]
    for name in stale:
        print(f"stale     {name}")
    if options.check:
        return 1 if stale else 0
    alive = []
    for defect in chosen:
        if defect.name in stale:
            continue
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            lives = survives(defect, Path(folder))
        alive += [defect.name] * lives
        took = time.monotonic() - begun
        print(f"{'SURVIVED' if lives else 'killed'}  {took:6.1f} s  {defect.name}", flush=True)
    print(f"{len(chosen) - len(stale) - len(alive)} of {len(chosen) - len(stale)} killed")
    return 1 if stale or alive else 0


if __name__ == "__main__":
    sys.exit(main())
