"""Identity and attribute disclosure by combinations of known columns (repU, DiSCO, DCAP, TCAP).

What it measures
    An attacker looks up a combination of known columns (the key) in the synthetic table. repU
    is the share of records whose key is unique among real records and unique in the synthetic
    table; DiSCO the share whose key has one and the same secret in all synthetic rows, and
    that secret is right. Both are taken on training records and, as a control, on as many
    unseen records; the estimate is the larger difference. The other measures of the family
    (UiO, Dorig, iS, DiS, DiSDiO, DCAP, TCAP) stand in the items. All rows are used.

    Threat model: the attacker holds the synthetic table and a person's key.

How to read it
    High values by themselves are expected where the key says much about the secret; unseen
    people have them too. The difference is what having been in training adds. It fails where
    the whole interval of the difference is above the margin, warns where it is above zero, and
    is inconclusive where a large difference could hide; then it leaves privacy to the attacks on
    whole records (P004), if those had the power to tell. An alarm on a split that is not random
    (the blind baseline of P004) is inconclusive, too.

Formula
    S = a − b; a, b shares of training and of holdout records disclosed (repU: key unique among
    known and synthetic rows; DiSCO: key with one secret, the right one, in all synthetic rows). The
    estimate is S of the measure with the highest lower bound; its upper end the larger of both.

When it misleads
    It depends on the key. Without declared quasi-identifiers the four most telling columns
    are used; name the ones an attacker would know. Numbers are cut into twenty classes.

Source
    Raab, Nowok, Dibben (2024), Practical privacy metrics for synthetic data; Taub, Elliot,
    Pampaka, Smith (2018) for TCAP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from synth_eval.checks.privacy._beyond_control import (
    AttackOutcome,
    decide,
    difference,
    largest,
    levels,
    points,
    threshold_of,
    worst,
)
from synth_eval.checks.privacy._recognised import aside_if_covered
from synth_eval.checks.privacy._split import summary_of, void_alarm
from synth_eval.checks.privacy._targets import (
    Encoded,
    encoded,
    in_random_order,
    known_columns,
    secrets,
)
from synth_eval.errors import NotApplicable
from synth_eval.judging.check import Context
from synth_eval.judging.items import Item, Side
from synth_eval.judging.needs import HOLDOUT
from synth_eval.judging.registry import check
from synth_eval.judging.results import Direction, Estimate, Reference, Result
from synth_eval.stats.disclosure import KeyTable, combine_keys, disclosure_measures
from synth_eval.words import percent

_MARGIN = "privacy.attribute_inference"
_KEY_COLUMNS = 4  # of more columns nearly every record is unique, in any table
_SHORT = {
    "unique_in_original": "UiO",
    "unique_in_synthetic": "UiS",
    "unique_present": "UiOiS",
    "replicated_uniques": "repU among own rows",
    "disclosive_in_original": "Dorig",
    "key_present": "iS",
    "key_disclosive": "DiS",
    "disclosive_correct": "DiSCO",
    "disclosive_in_both": "DiSDiO",
    "dcap": "DCAP",
    "tcap": "TCAP",
    "baseline_cap": "guess from the shares of levels",
}
_ROLES = ("real", "holdout", "synthetic")


@check(
    "P007",
    "statistical_disclosure",
    dimension="privacy",
    title="Unique keys and secrets disclosed by lookup",
    needs=(HOLDOUT,),
    cost="neighbours",
    figure="arms",
)
def statistical_disclosure(ctx: Context) -> Result:
    """Look up keys of members and of controls in the synthetic table."""
    tables = encoded(ctx)
    secret = secrets(ctx)[0]
    names = _key(ctx, tables, secret)
    if not names:
        raise NotApplicable("a key needs a column beside the secret")
    keys, values = _numbered(tables, names, secret, ctx)
    ends = levels(ctx, 2)
    outcomes = worst(
        difference(what, *counts, *ends, column=secret if what == "DiSCO" else "")
        for what, counts in _hits(keys, values).items()
    )
    top, key = outcomes[0], ", ".join(names)
    subject = f"{_told(top)} by {key}, beyond control"
    decision = void_alarm(ctx, decide(ctx, subject, largest(outcomes), _MARGIN))
    beyond = largest(outcomes)
    message = (
        f"{_told(top)} by {key}: {percent(top.member.value, 2)} of training records, "
        f"{percent(top.control.value, 2)} of as many unseen ones: {points(beyond, 2)} for "
        "having been in training."
    )
    share = percent(top.excess.value)
    leaking = (
        f"Looking people up by what is known of them discloses {top.column} of {share} of "
        "training records, beyond unseen ones"
        if top.column
        else f"What is known of {share} of training records picks out one synthetic row, beyond "
        "that of unseen ones"
    )
    result = ctx.judged(
        f"{decision.void}." if decision.void else message,
        summary=summary_of(
            decision,
            passed="Looking people up by what is known of them discloses no more of training "
            "records than of unseen ones",
            unsure="Too few records to tell whether looking people up discloses training records",
            leaking=leaking,
        ),
        items=[
            *top.items(decision, key=key),
            *(item for outcome in outcomes[1:] for item in outcome.items(key=key)),
            *_measures(keys, values),
        ],
        items_decide=True,
        estimate=Estimate(*largest(outcomes), ends[0]),
        reference=Reference("the same of unseen (holdout) records", *top.control, n=top.controls),
        threshold=threshold_of(ctx, _MARGIN),
        direction=Direction.LOWER,
    )
    return aside_if_covered(ctx, result)


def _key(ctx: Context, tables: Encoded, secret: str) -> list[str]:
    """Declared quasi-identifiers, else the columns that tell people apart most, by entropy."""
    names = known_columns(ctx, secret)
    if any("quasi_identifier" in ctx.data.schema[name].roles for name in names):
        return names
    entropies = []
    for name in names:
        _, counts = np.unique(tables.space.cells(tables.rows["real"], name), return_counts=True)
        shares = counts / counts.sum()
        entropies.append(float(-(shares @ np.log(shares))))
    order = np.argsort(-np.array(entropies), kind="stable")[:_KEY_COLUMNS]
    return [names[place] for place in sorted(order)]


Numbered = Mapping[str, npt.NDArray[np.int64]]


def _numbered(
    tables: Encoded, names: list[str], secret: str, ctx: Context
) -> tuple[Numbered, Numbered]:
    """Keys and secrets as numbers, real and holdout cut to the same number of rows."""
    size = min(len(tables.rows["real"]), len(tables.rows["holdout"]))
    rng = ctx.rng()
    rows = {}
    for role in _ROLES:
        rows[role] = tables.rows[role]
        if role != "synthetic" and len(rows[role]) > size:
            rows[role] = rows[role].take(in_random_order(rows[role], rng)[:size])
    keys = combine_keys([[tables.space.cells(rows[role], n) for n in names] for role in _ROLES])
    values = combine_keys([[tables.space.cells(rows[role], secret)] for role in _ROLES])
    return dict(zip(_ROLES, keys, strict=True)), dict(zip(_ROLES, values, strict=True))


def _hits(keys: Numbered, values: Numbered) -> dict[str, tuple[int, int, int, int]]:
    synthetic = KeyTable(keys["synthetic"], values["synthetic"])
    pool = KeyTable(
        np.concatenate([keys["real"], keys["holdout"]]),
        np.concatenate([values["real"], values["holdout"]]),
    )
    counts: dict[str, list[int]] = {"repU": [], "DiSCO": []}
    for role in ("real", "holdout"):
        key, secret = keys[role], values[role]
        unique = (pool.counts(key) == 1) & (synthetic.counts(key) == 1)
        disclosed = synthetic.is_constant(key) & (synthetic.share(key, secret) > 0)
        counts["repU"] += [int(unique.sum()), len(key)]
        counts["DiSCO"] += [int(disclosed.sum()), len(key)]
    return {what: (c[0], c[1], c[2], c[3]) for what, c in counts.items()}


def _told(outcome: AttackOutcome) -> str:
    return f"{outcome.arm} of {outcome.column}" if outcome.column else outcome.arm


def _measures(keys: Numbered, values: Numbered) -> list[Item]:
    training, unseen = (
        asdict(
            disclosure_measures(keys[role], values[role], keys["synthetic"], values["synthetic"])
        )
        for role in ("real", "holdout")
    )
    return [
        Item(
            "arm",
            (f"{what.replace('_', ' ')} ({_SHORT[what]})",),
            Side.NEUTRAL,
            more={"training": training[what], "unseen": unseen[what]},
        )
        for what in training
    ]
