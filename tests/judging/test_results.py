"""Results, registry, runner, verdicts and the forms of an evaluation."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from synth_eval.data.load import load
from synth_eval.errors import NotApplicable, UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.judging import registry
from synth_eval.judging.check import Check, Context
from synth_eval.judging.facts import POSSIBLE_EPSILON, RECORDS_ATTACKED, SMALLEST_VISIBLE
from synth_eval.judging.judge import Decision
from synth_eval.judging.registry import available_checks, explain, select
from synth_eval.judging.results import Estimate, Reference, Result, Status, Threshold, to_plain
from synth_eval.judging.run import run
from synth_eval.judging.settings import Config
from synth_eval.judging.verdicts import verdicts
from synth_eval.judging.versions import items_of_rows


def result(status, code="F002", dimension="fidelity", gating=True, message="said so."):
    return Result(code, "name", dimension, Status(status), message, gating=gating)


CORE = [result("pass", code) for code in ("F002", "F004", "F005")]
"""Passed: what a GO for fidelity rests on beside whatever else a test looks at."""


def test_estimate_refuses_nan_and_an_interval_upside_down():
    with pytest.raises(ValueError, match="finite"):
        Estimate(math.nan)
    with pytest.raises(ValueError, match="upside down"):
        Estimate(0.5, 0.6, 0.4)


def test_plain_form_has_no_nan_and_no_numpy():
    plain = to_plain({"a": np.float64("nan"), "b": np.arange(2), "c": Status.FAIL, 1: {2.5}})
    assert plain == {"a": None, "b": [0, 1], "c": "fail", "1": [2.5]}
    json.dumps(plain, allow_nan=False)


def test_result_survives_json():
    before = Result(
        "F001", "ks_distance", "fidelity", Status.WARN, "m", Estimate(0.1, 0.0, 0.2),
        Reference("holdout", 0.05), Threshold(0.3, "why"), n=5, summary="short",
        items=items_of_rows([{"column": "x"}]),
    )  # fmt: skip
    after = Result.from_dict(json.loads(json.dumps(before.to_dict())))
    assert after == before


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        (["pass", "pass"], "GO"),
        (["pass", "not_applicable"], "GO"),
        (["pass", "warn"], "GO WITH LIMITS"),
        (["pass", "inconclusive"], "CANNOT TELL"),
        (["warn", "error"], "CANNOT TELL"),
        (["pass", "fail"], "NO-GO"),
        (["error", "fail"], "NO-GO"),
        (["not_applicable"], "CANNOT TELL"),
    ],
)
def test_verdict_is_the_worst_gating_check(statuses, word):
    found = [result(status, f"F9{place}0") for place, status in enumerate(statuses)]
    core = CORE if set(statuses) != {"not_applicable"} else []
    assert verdicts([*core, *found])["fidelity"].word == word


def test_failure_that_does_not_gate_only_limits():
    found = verdicts([*CORE, result("fail", "F900", gating=False)])
    assert found["fidelity"].word == "GO WITH LIMITS"


def test_no_go_rests_on_alarms_that_did_not_ring_nor_on_what_does_not_gate():
    alarm = Decision("x", 0.0, -1.0, 1.0, warn=2.0, otherwise=Status.PASS)
    silent = replace(result("pass"), decisions=(alarm,))
    assert silent.only_alarms
    assert not result("pass").only_alarms  # a file of version 1 shows no decisions
    core = [replace(silent, code=entry.code) for entry in CORE]
    assert verdicts(core)["fidelity"].word == "CANNOT TELL"
    assert verdicts([*core, result("pass", "F900", gating=False)])["fidelity"].word == "CANNOT TELL"
    shown = replace(result("pass"), decisions=(replace(alarm, clear=1.0),))
    assert not shown.only_alarms
    assert verdicts([shown, *core[1:]])["fidelity"].word == "GO"


def test_dimension_without_results_cannot_be_told_and_says_so():
    verdict = verdicts([])["utility"]
    assert (verdict.word, "Not evaluated" in verdict.reason) == ("CANNOT TELL", True)


def test_gate_counts_an_error_as_failure_and_never_not_applicable():
    evaluation = Evaluation([result(s) for s in Status])
    stopped = {level: {str(r.status) for r in evaluation.at_or_above(level)} for level in
               ("fail", "warn", "inconclusive")}  # fmt: skip
    assert stopped["fail"] == {"fail", "error"}
    assert stopped["warn"] == {"fail", "error", "warn"}
    assert stopped["inconclusive"] == {"fail", "error", "warn", "inconclusive"}
    with pytest.raises(UsageError, match="unknown level"):
        evaluation.at_or_above("pass")


def test_findings_are_worst_first():
    evaluation = Evaluation([result(s) for s in ("pass", "warn", "fail", "inconclusive")])
    assert [str(r.status) for r in evaluation.findings()] == ["fail", "warn", "inconclusive"]


def test_unknown_result_is_a_usage_error_that_lists_the_codes():
    with pytest.raises(UsageError, match="F002"):
        Evaluation([result("pass")])["X999"]


def test_a_check_that_raises_becomes_an_error_and_the_others_run(monkeypatch, people):
    import synth_eval as se

    def broken(ctx):
        raise ZeroDivisionError("of all things")

    def idle(ctx):
        raise NotApplicable("nothing to see")

    known = {
        "F001": available_checks()["F001"],
        "F998": Check("F998", "broken", "fidelity", "Broken", broken),
        "F999": Check("F999", "idle", "fidelity", "Idle", idle),
    }
    monkeypatch.setattr("synth_eval.judging.run.select", lambda *_: known)
    data = se.load(people["real"].select(["age"]), people["fresh"].select(["age"]))
    found = {entry.code: entry for entry in run(data)}
    assert found["F001"].status == "pass"
    assert found["F998"].status == "error"
    assert "ZeroDivisionError: of all things" in found["F998"].message
    assert (found["F999"].status, found["F999"].message) == ("not_applicable", "nothing to see")


def test_codes_names_and_dimensions_select_and_ignore():
    assert set(select(["F001", "ks_distance"])) == {"F001"}
    assert all(code.startswith("F") for code in select(["fidelity"]))
    assert "F001" not in select((), ["F001"])
    with pytest.raises(UsageError, match="no check matches 'Z'"):
        select(["Z"])


def test_every_check_explains_itself():
    for code, spec in available_checks().items():
        text = explain(code)
        for part in ("What it measures", "How to read it", "Formula", "When it misleads", "Source"):
            assert part in text, f"{code} lacks {part!r}"
        assert spec.title
        assert spec.name.replace("_", "").isalnum()


def test_a_code_cannot_be_taken_twice_nor_fit_another_dimension():
    with pytest.raises(UsageError, match="does not fit"):
        registry.check("F001", "x", dimension="privacy", title="t")(lambda ctx: None)
    with pytest.raises(UsageError, match="is taken"):
        registry.check("F001", "x", dimension="fidelity", title="t")(lambda ctx: None)


def test_configuration_refuses_unknown_names_and_margins_without_basis(tmp_path):
    with pytest.raises(UsageError, match="unknown setting"):
        Config.from_mapping({"sead": 1})
    with pytest.raises(UsageError, match="needs a value and a basis"):
        Config.from_mapping({"margins": {"fidelity.worst_table": {"value": 0.5}}})
    with pytest.raises(UsageError, match="must be a whole number"):
        Config.from_mapping({"seed": "7"})
    file = tmp_path / "synth_eval.toml"
    file.write_text(
        'seed = 7\n[margins.fidelity]\nworst_table = {value = 200, basis = "our rule"}\n'
    )
    config = Config.from_file(file)
    assert (config.seed, config.margin("fidelity.worst_table").value) == (7, 200)
    file.write_text("seed = = 7")
    with pytest.raises(UsageError, match="not valid TOML"):
        Config.from_file(file)


def test_budget_drops_costly_checks_by_the_stated_rule_and_says_so(people):
    import synth_eval as se
    from synth_eval.judging.registry import available_checks as known

    data = se.load(people["real"], people["fresh"], people["holdout"], target="approved")
    wanted = ["F001", "F002", "U001", "P002"]
    found = {r.code: r for r in run(data, config=Config(budget=1e-9), select_checks=wanted)}
    for code, result in found.items():
        dropped = "budget of 1e-09 seconds was used up" in result.message
        assert dropped is (known()[code].cost != "counts"), code
        if dropped:
            assert result.status == "not_applicable"


def test_progress_counts_every_step_once_and_ends(people):
    import synth_eval as se

    steps = []
    data = se.load(people["real"], people["fresh"])
    se.evaluate(
        data,
        select=["F001", "V001"],
        progress=lambda *step: steps.append(step),
        reference_scores=True,
    )
    assert [done for done, _, _ in steps] == [0, 1, 2, 3]
    assert {total for _, total, _ in steps} == {3}
    assert steps[2][2] == "SDMetrics reference scores"


def test_power_of_the_attacks_is_read_with_the_verdict() -> None:
    """Nothing found is worth what could have been found: on the first screen, in both forms."""
    power = {POSSIBLE_EPSILON: 6.726, SMALLEST_VISIBLE: 6, RECORDS_ATTACKED: 24_375}
    attack = Result(
        "P004",
        "membership_inference",
        "privacy",
        Status.PASS,
        "Nothing.",
        evidence="attack",
        facts=power,
    )
    copies = Result("P001", "exact_copies", "privacy", Status.PASS, "None.")
    smell = Result("P002", "closer", "privacy", Status.WARN, "Nearer than chance.", gating=False)
    runs = ([copies, attack], [copies, attack, smell])
    clean, limited = (verdicts(found)["privacy"] for found in runs)
    told = "epsilon up to 6.7 could have been shown; 6 copied records (0.02 %) would have been seen"
    assert clean.power == told
    assert told in clean.reason
    assert limited.reason == f"P002 Nearer than chance. Power: {told}."
    for found in runs:
        page = Evaluation(found).to_html()
        screen = page[page.index('<section class="summary"') : page.index("</section>")]
        assert "epsilon up to 6.7 could have been shown" in screen
        assert "6 copied records" in screen
        assert "would have been seen" in " ".join(repr(Evaluation(found)).split())
    failed = Result("P001", "exact_copies", "privacy", Status.FAIL, "Copied.")
    assert "Power" not in verdicts([attack, failed])["privacy"].reason


def test_what_is_drawn_depends_on_the_seed_the_check_and_the_salt():
    checks = available_checks()
    pair = load(pa.table({"x": [1.0, 2.0]}), pa.table({"x": [1.0, 2.0]}))

    def drawn(seed, code="F002", salt=""):
        return Context(pair, Config(seed=seed), checks[code]).rng(salt).integers(1 << 40)

    assert drawn(1) == drawn(1)
    assert len({drawn(1), drawn(2), drawn(1, "F004"), drawn(1, salt="rows")}) == 4
