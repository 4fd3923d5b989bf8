"""A declared differential privacy guarantee against what the attacks prove.

What it measures
    The lower bound on epsilon that the membership attacks of P004 prove with one synthetic
    table: attack and threshold are chosen on one half of the records, and the number of right
    guesses on the other half is too high for any smaller epsilon. It is compared with the
    epsilon that was declared (``declared_epsilon`` of the configuration).

How to read it
    A bound above the declaration refutes it: fail. A bound below it does not confirm it; the
    guarantee rests on its proof and its implementation, and holds for the unit (person, row)
    and the trust model it was stated for. A declared epsilon above what the test could have
    shown at all is untested: inconclusive, as everything is where the split is not random (the
    blind baseline of P004).

Formula
    ε = max(ln(L / (1 − L)), 0); L one-sided lower Clopper-Pearson bound of right guesses / guesses
    on the half of the records that the attack and its threshold were not chosen on.

When it misleads
    The attacks are general ones; tuned ones would prove more. Delta is taken as zero. Data
    used outside the guarantee (bounds, levels, tuning on the real table) is not covered.

Source
    Steinke, Nasr, Jagielski (2023), Privacy auditing with one (1) training run; NIST SP
    800-226 (2025), Guidelines for evaluating differential privacy guarantees.
"""

from __future__ import annotations

from synth_eval.checks.privacy._attacks import attacks, epsilon_of
from synth_eval.checks.privacy._split import VOID_SUMMARY, invalid_split
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.facts import POSSIBLE_EPSILON
from synth_eval.judging.items import Item, Side
from synth_eval.judging.judge import Decision, Direction, Status, overall
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Estimate, Reference, Result, Threshold


@check(
    "P010",
    "differential_privacy",
    dimension="privacy",
    title="Declared epsilon against proved epsilon",
    needs=(HOLDOUT,),
    cost="models",
    figure="arms",
    evidence="guarantee",
    facts=(POSSIBLE_EPSILON,),
)
def differential_privacy(ctx: Context) -> Result:
    """Compare the declared epsilon with the empirical lower bound."""
    declared = ctx.config.declared_epsilon
    if declared <= 0:
        raise NotApplicable(
            "no differential privacy guarantee was declared",
            cause="need",
            remedy="give the epsilon of the generator's guarantee as `declared_epsilon`",
        )
    scores = attacks(ctx)
    void = invalid_split(scores)
    level = 1 - ctx.config.alpha
    bound, possible = epsilon_of(scores, level)
    proved = Decision(
        "lower bound on epsilon that the attacks prove",
        *(bound.epsilon,) * 3,
        fail=declared,
        otherwise=Status.PASS,
        void=void,
    )
    power = Decision(
        "largest bound on epsilon that could have been shown",
        *(possible,) * 3,
        direction=Direction.HIGHER,
        clear=declared,
        void=void,
    )
    status = overall([proved, power])
    message = (
        f"Declared epsilon {declared:g}; the attacks prove that epsilon is at least "
        f"{bound.epsilon:.2f} ({bound.correct:,} of {bound.guesses:,} guesses right) and could "
        f"have proved up to {possible:.1f}"
    )
    endings = {
        Status.FAIL: ": the declaration is refuted.",
        Status.INCONCLUSIVE: ": too few records to test the declaration.",
        Status.PASS: ": no contradiction, which confirms nothing beyond the declared proof.",
    }
    summaries = {
        Status.FAIL: f"The declared epsilon of {declared:g} is refuted: attacks prove at least "
        f"{bound.epsilon:.2f}",
        Status.INCONCLUSIVE: f"Too few records to test the declared epsilon of {declared:g}: at "
        f"most {possible:.1f} could have been proved",
        Status.PASS: f"Attacks do not contradict the declared epsilon of {declared:g}, which "
        "confirms nothing beyond its proof",
    }
    return ctx.judged(
        f"{void}." if void else message + endings[status],
        summary=VOID_SUMMARY if void else summaries[status],
        items=[
            Item(
                "arm",
                ("proved lower bound",),
                Side.NEUTRAL,
                bound.epsilon,
                limit=declared,
                decisions=(proved,),
            ),
            Item(
                "arm",
                ("largest bound that could be shown",),
                Side.NEUTRAL,
                possible,
                decisions=(power,),
            ),
        ],
        items_decide=True,
        estimate=Estimate(bound.epsilon, bound.epsilon, max(possible, bound.epsilon), level),
        reference=Reference("largest bound the test could show", possible, n=len(scores.folds[0])),
        threshold=Threshold(declared, "the epsilon declared for the synthetic table"),
        direction=Direction.LOWER,
        facts={POSSIBLE_EPSILON: possible},
    )
