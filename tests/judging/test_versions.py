"""Files of version 1 say what they said, in the form of today."""

from __future__ import annotations

import pytest

from synth_eval.judging.facts import POSSIBLE_EPSILON, RECORDS_ATTACKED, SMALLEST_VISIBLE
from synth_eval.judging.items import Side
from synth_eval.judging.results import Result
from synth_eval.judging.versions import items_of_rows, upgraded_result

COPIES = {
    "code": "P001", "name": "exact_copies", "dimension": "privacy", "status": "pass",
    "message": "0 of 24,375 training records are in the synthetic table verbatim.",
    "estimate": {"value": 0.0, "low": 0.0, "high": 0.0, "level": 0.95}, "reference": None,
    "threshold": None, "direction": None, "n": 50_000, "sampled": None, "seconds": 0.1,
    "gating": True, "figure": "arms",
    "details": [
        {"arm": "copied beyond chance", "estimate": 0.0, "hits": 0, "records": 24_375},
        {"arm": "training records (members)", "estimate": 0.0, "hits": 0, "records": 24_375},
        {"arm": "unseen records (controls)", "estimate": 0.0, "hits": 0, "records": 24_366},
        {"arm": "fewest copies that would have been seen", "hits": 6, "records": 24_375},
    ],
}  # fmt: skip


def test_facts_that_were_rows_are_found():
    facts = upgraded_result(COPIES)["facts"]
    assert facts == {SMALLEST_VISIBLE: 6.0, RECORDS_ATTACKED: 24_375.0}
    bound = {**COPIES, "details": [
        {"arm": "largest bound on epsilon that could have been shown", "value": 4.25},
    ]}  # fmt: skip
    assert upgraded_result(bound)["facts"] == {POSSIBLE_EPSILON: 4.25}


def test_an_attack_is_one_by_its_name():
    assert upgraded_result({**COPIES, "name": "membership_inference"})["evidence"] == "attack"
    assert upgraded_result({**COPIES, "name": "differential_privacy"})["evidence"] == "guarantee"
    assert upgraded_result(COPIES)["evidence"] == ""


def test_a_whole_result_is_read():
    read = Result.from_dict(upgraded_result(COPIES))
    assert (read.code, read.status, read.message) == ("P001", "pass", COPIES["message"])
    assert [item.side for item in read.items] == [
        Side.NEUTRAL, Side.REAL, Side.HOLDOUT, Side.NEUTRAL,
    ]  # fmt: skip
    assert read.items[1].more["records"] == 24_375


def test_a_result_of_today_is_left_alone():
    record = {"code": "P001", "items": []}
    assert upgraded_result(record) is record


@pytest.mark.parametrize(
    ("row", "kind", "label"),
    [
        ({"first": "a", "second": "b", "third": "c"}, "triple", "a × b × c"),
        ({"first": "a", "second": "b"}, "pair", "a × b"),
        ({"column": "income (2020)"}, "column", "income (2020)"),
        ({"column": "age", "tail": "high"}, "tail", "age · high"),
        ({"rule": "age is at least 0"}, "rule", "age is at least 0"),
        ({"nothing": 1}, "arm", ""),
    ],
)
def test_rows_become_items_of_their_kind(row, kind, label):
    item = items_of_rows([row])[0]
    assert (item.kind, item.label) == (kind, label)


@pytest.mark.parametrize(
    ("arm", "side"),
    [
        ("real rows, tested on synthetic rows", Side.SYNTHETIC),  # as version 1 drew it
        ("no synthetic rows", Side.NEUTRAL),
        ("holdout", Side.HOLDOUT),
        ("10 % of the real rows", Side.REAL),
    ],
)
def test_the_table_of_an_arm_was_told_by_its_words_alone(arm, side):
    assert items_of_rows([{"arm": arm}])[0].side is side
