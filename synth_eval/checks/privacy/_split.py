"""Whether members and controls are a random split; where they are none, attacks say nothing."""

from __future__ import annotations

from dataclasses import replace

from synth_eval.checks.privacy._attacks import Attacks, attacks
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.judge import Decision, Status

__all__ = ["VOID_SUMMARY", "invalid_split", "summary_of", "void_alarm"]

VOID_SUMMARY = (
    "Training and unseen rows differ even without the synthetic table, so attacks say nothing: "
    "the holdout must be a random split"
)


def invalid_split(found: Attacks) -> str:
    """Why no attack on these members and controls says anything; empty where the split is valid."""
    if found.is_split_valid:
        return ""
    blind = found.blind
    return (
        "INVALID SPLIT: members and controls can be told apart without the synthetic table (area "
        f"under the curve {blind.value:.2f}, {blind.low:.2f} to {blind.high:.2f}), so this attack "
        "says nothing; the holdout must be a random split made before training"
    )


def void_alarm(ctx: Context, decision: Decision) -> Decision:
    """Make an alarm void where members and controls differ by themselves.

    The baseline needs models, so it is asked for only where an alarm would be raised.
    """
    if decision.status not in (Status.FAIL, Status.WARN):
        return decision
    try:
        found = attacks(ctx)
    except NotApplicable:  # too few records for a baseline
        return decision
    return replace(decision, void=invalid_split(found))


def summary_of(decision: Decision, *, passed: str, unsure: str, leaking: str) -> str:
    """What an attack comes to in one sentence.

    Parameters
    ----------
    decision : Decision
        Taken on the excess of the attack over its control.
    passed, unsure, leaking : str
        The sentence where nothing could hide, where nothing can be told, and for an alarm.
    """
    if decision.void:
        return VOID_SUMMARY
    return {Status.PASS: passed, Status.INCONCLUSIVE: unsure}.get(decision.status, leaking)
