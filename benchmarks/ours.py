"""The same questions asked of synth_eval: every column's shape, every pair, all rows."""

from __future__ import annotations

import sys

import synth_eval as se
from synth_eval.judging.run import run


def main(real: str, synthetic: str, checks: list[str]) -> None:
    results = run(se.load(real, synthetic), select_checks=checks)
    for result in results:
        value = None if result.estimate is None else result.estimate.value
        print(result.code, result.status, value, result.seconds)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:] or ["F001", "F002", "F004"])
