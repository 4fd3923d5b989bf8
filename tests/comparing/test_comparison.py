"""Several synthetic tables side by side: order, ranks, one broken table, every form."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synth_eval.api import compare
from synth_eval.command import main as cli
from synth_eval.comparing.axes import axes, positions
from synth_eval.comparing.comparison import Comparison, compared
from synth_eval.comparing.leaderboard import labelled
from synth_eval.comparing.ranks import Front
from synth_eval.demo import SYNTHESIZERS, demo_tables
from synth_eval.errors import InputError, UsageError
from synth_eval.evaluation import Evaluation
from synth_eval.judging.results import Direction, Estimate, Reference, Result, Status

SELECT = ["V001", "F002", "F005", "U001", "P001", "P003"]
QUICK = {"select": SELECT, "progress": False, "target": "approved", "depth": "fast"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Real, holdout and three synthetic tables as files, and some that are broken."""
    folder = tmp_path_factory.mktemp("tables")
    for kind in SYNTHESIZERS:
        tables = {role: table[:2_000] for role, table in demo_tables("simulated", kind).items()}
        pq.write_table(tables["synthetic"], folder / f"{kind}.parquet")
    for role in ("real", "holdout"):
        pq.write_table(tables[role], folder / f"{role}.parquet")
    pq.write_table(tables["real"], folder / "copy.parquet")
    (folder / "broken.parquet").write_bytes(b"PAR1 this is no table")
    pq.write_table(pa.table({"color": ["red", "blue"] * 50}), folder / "other.parquet")
    return folder


@pytest.fixture(scope="module")
def comparison(folder):
    names = ("leaky", "marginals", "broken", "copula", "missing", "copy")
    files = [folder / f"{name}.parquet" for name in names]
    return compare(folder / "real.parquet", files, folder / "holdout.parquet", **QUICK)


def entry(comparison, label):
    return next(entry for entry in comparison if entry.label == label)


def test_a_broken_table_says_error_and_the_others_go_on(comparison, folder):
    assert {entry.label for entry in comparison} == {
        "leaky", "marginals", "broken", "copula", "missing", "copy",
    }  # fmt: skip
    assert [entry.label for entry in comparison][-2:] == ["broken", "missing"]
    assert "broken.parquet" in entry(comparison, "broken").error
    assert entry(comparison, "missing").error == ("synthetic table: no such file: missing.parquet")
    assert str(folder) not in json.dumps(comparison.to_dict())
    assert not entry(comparison, "broken").clears("fail")
    assert len(comparison.evaluations) == 4


def test_known_tables_rank_as_they_must(comparison):
    """Copies are nearest to the real table and last on privacy; broken dependence is far."""
    ranks = {label: entry(comparison, label).ranks for label in comparison.evaluations}
    assert ranks["copy"]["fidelity"].value == 1
    assert ranks["copy"]["privacy"].value == 4
    assert ranks["copy"]["privacy"].low == 4
    assert ranks["marginals"]["fidelity"].value == 4
    assert ranks["marginals"]["utility"].value == 4
    for found in ranks.values():
        assert set(found) == {"fidelity", "utility", "privacy"}
        assert all(1 <= rank.low <= rank.value <= rank.high <= 4 for rank in found.values())


def test_positions_have_units_that_can_be_checked(comparison):
    copy = entry(comparison, "copy").positions
    assert copy["fidelity"].value == 0
    assert copy["privacy"].value > 0.95
    assert copy["utility"].value == pytest.approx(1, abs=0.05)
    assert copy["utility"].reference == 1.0
    by_hand = comparison["marginals"]["U001"].result
    arms = {row["arm"]: row["estimate"] for row in by_hand.rows()}
    share = (arms["synthetic rows"] - arms["no model"]) / (
        arms["real rows, as many"] - arms["no model"]
    )
    assert entry(comparison, "marginals").positions["utility"].value == pytest.approx(share)


def test_each_table_is_evaluated_as_if_it_were_alone(comparison, folder):
    from synth_eval.api import evaluate
    from synth_eval.data.load import load

    files = (folder / f"{name}.parquet" for name in ("real", "copula", "holdout"))
    alone = evaluate(
        load(*files, target="approved"),
        select=SELECT, depth="fast", reference_scores=False, progress=False,
    )  # fmt: skip
    assert plain(alone) == plain(comparison["copula"])


def plain(evaluation):
    return [{**result.to_dict(), "seconds": 0} for result in evaluation.results]


def test_same_seed_same_numbers(comparison):
    again = compared(comparison.evaluations, {label: label for label in comparison.evaluations}, {})
    for label in comparison.evaluations:
        assert entry(again, label).ranks == entry(comparison, label).ranks
        assert entry(again, label).fronts == entry(comparison, label).fronts


def test_json_round_trip(comparison):
    record = json.loads(json.dumps(comparison.to_dict(), allow_nan=False))
    assert Comparison.from_dict(record).to_dict() == record
    assert repr(Comparison.from_dict(record)) == repr(comparison)


def test_every_form_names_every_table_and_no_winner(comparison):
    texts = [comparison.to_html(), comparison.to_markdown(), repr(comparison)]
    texts.append(comparison._repr_html_())
    for text in texts:
        for label in ("leaky", "marginals", "broken", "copula", "missing", "copy"):
            assert label in text
        assert "winner is" not in text
        assert "NO-GO" in text
    assert len(comparison.frame()) == 6
    with pytest.raises(UsageError, match="no evaluated table 'broken'"):
        comparison["broken"]


def test_saved_folder_links_to_reports_that_are_there(comparison, tmp_path):
    comparison.save(tmp_path)
    page = (tmp_path / "compare.html").read_text(encoding="utf-8")
    for label in comparison.evaluations:
        assert f'href="{label}/report.html' in page
        assert {path.name for path in (tmp_path / label).iterdir()} == {
            "report.html", "results.json", "schema.json",
        }  # fmt: skip
    assert len(page.encode()) < 3_000_000
    assert "http://" not in page.split('id="plotly"')[0].replace("http://www.w3.org", "")
    assert Comparison.from_json(tmp_path / "comparison.json").to_dict() == comparison.to_dict()


def test_table_with_other_columns_is_judged_not_dropped(folder):
    files = [folder / "other.parquet", folder / "copula.parquet"]
    found = compare(folder / "real.parquet", files, folder / "holdout.parquet", **QUICK)
    assert not entry(found, "other").clears()
    assert not entry(found, "copula").error
    assert "other" in repr(found)


def test_without_holdout_and_target_what_cannot_be_ranked_is_said(folder):
    files = [folder / "copula.parquet", folder / "marginals.parquet"]
    found = compare(folder / "real.parquet", files, select=["F002", "F005"], progress=False)
    page = found.to_html()
    assert "No table has a number for utility: name a column to predict" in page
    assert "No table has a number for privacy: give a holdout" in page
    assert entry(found, "copula").ranks["fidelity"].value == 1
    assert entry(found, "copula").fronts == {}


@pytest.mark.parametrize(
    ("files", "labels", "expected"),
    [
        (["a/new.csv.gz", "b/new.parquet", "old.CSV"], [], ["new (1)", "new (2)", "old"]),
        (["a.csv", "b.csv"], ["first", "second"], ["first", "second"]),
        ([pa.table({"x": [1]})], [], ["table"]),
        ({"mine": "a.csv"}, [], ["mine"]),
    ],
)
def test_labels_are_distinct(files, labels, expected):
    assert list(labelled(files, labels)[0]) == expected


@pytest.mark.parametrize(
    ("files", "labels", "sentence"),
    [
        ([], [], "at least one table"),
        ("a.csv", [], "as a list"),
        (["a.csv", "b.csv"], ["one"], "1 labels for 2 tables"),
        (["a.csv", "b.csv"], ["one", "one"], "'one' is empty or used twice"),
        (["a.csv"], [" "], "is empty or used twice"),
    ],
)
def test_labels_that_do_not_fit(files, labels, sentence):
    with pytest.raises(UsageError, match=sentence):
        labelled(files, labels)


def test_nothing_to_compare(folder):
    with pytest.raises(InputError, match="none of the synthetic tables can be evaluated: synth"):
        compare(folder / "real.parquet", [folder / "broken.parquet"], **QUICK)
    with pytest.raises(InputError, match="real table"):
        compare(folder / "broken.parquet", [folder / "copula.parquet"], **QUICK)
    with pytest.raises(UsageError, match="target column 'aproved' is not in the real table"):
        compare(folder / "real.parquet", [folder / "copula.parquet"], target="aproved")


def test_unknown_settings_are_refused_before_anything_runs(folder):
    with pytest.raises(UsageError, match="compare has no setting 'sead'"):
        compare(folder / "real.parquet", [folder / "copula.parquet"], sead=3)
    with pytest.raises(UsageError, match="unknown purpose 'science'"):
        compare(folder / "real.parquet", [folder / "copula.parquet"], purpose="science")
    with pytest.raises(UsageError, match="no check matches 'Z9'"):
        compare(folder / "real.parquet", [folder / "copula.parquet"], select=["Z9"])


def test_check_that_breaks_the_run_breaks_one_table_alone(folder, monkeypatch):
    from synth_eval import api

    real_evaluate = api.evaluate

    def evaluate(data, **given):
        if data.synthetic.source.path.stem == "marginals":
            raise RuntimeError("out of paper")
        return real_evaluate(data, **given)

    monkeypatch.setattr(api, "evaluate", evaluate)
    files = [folder / "marginals.parquet", folder / "copula.parquet"]
    found = compare(folder / "real.parquet", files, select=["V001"], progress=False)
    assert entry(found, "marginals").error == (
        "the evaluation broke off (RuntimeError: out of paper)"
    )


def test_progress_counts_over_all_tables_once(folder):
    steps = []
    files = [folder / "broken.parquet", folder / "copula.parquet", folder / "marginals.parquet"]
    compare(
        folder / "real.parquet", files, select=["V001", "F002"], progress=lambda *s: steps.append(s)
    )
    assert [step[0] for step in steps] == sorted(step[0] for step in steps)
    assert steps[0][2].startswith("copula: V001")
    assert steps[-1][:2] == (6, 6)
    assert [step[:2] for step in steps].count((6, 6)) == 1


def result(code, dimension, status, **more):
    return Result(code, f"name_{code}", dimension, Status(status), f"Said of {code}.", **more)


def made(label, fidelity, copies, status="pass", purpose=""):
    """Evaluation with one distance and one attack."""
    distance = Estimate(fidelity, fidelity - 0.001, fidelity + 0.001)
    attack = Estimate(copies, max(copies - 0.001, 0), copies + 0.001)
    results = [
        result("F005", "fidelity", status, estimate=distance, direction=Direction.LOWER,
               reference=Reference("holdout", 0.01), n=100),
        result("P001", "privacy", "fail" if copies > 0.1 else "pass", estimate=attack, n=100),
    ]  # fmt: skip
    return Evaluation(results, purpose=purpose)


def test_order_follows_the_worst_decisive_verdict_and_counts_nothing():
    found = {"bad": made("bad", 0.2, 0.5, "fail"), "half": made("half", 0.1, 0.5)}
    found["good"] = made("good", 0.3, 0.0)
    files = dict.fromkeys(found, "x.csv")
    assert [e.label for e in compared(found, files, {})] == ["good", "bad", "half"]
    one, other = (
        Evaluation([result("U001", "utility", status)], purpose="augmentation")
        for status in ("fail", "warn")
    )
    found = {"useless": one, "limited": other}
    files = dict.fromkeys(found, "x.csv")
    asked = [e.label for e in compared(found, files, {}, purpose="augmentation")]
    assert asked == ["limited", "useless"]


def test_nearest_table_that_copies_is_ahead_but_named_unfit():
    found = {"copies": made("copies", 0.01, 0.5), "honest": made("honest", 0.05, 0.0)}
    text = repr(compared(found, dict.fromkeys(found, "x.csv"), {}))
    assert "no other table beats honest and copies (NO-GO for privacy)" in text.replace("\n", " ")


def test_overlapping_intervals_are_said_to_overlap():
    found = {"one": made("one", 0.0500, 0.0), "two": made("two", 0.0501, 0.0)}
    comparison = compared(found, dict.fromkeys(found, "x.csv"), {})
    for label in found:
        assert entry(comparison, label).ranks["fidelity"].high == 2
        assert entry(comparison, label).fronts["fidelity × privacy"].word == "intervals overlap"


def test_words_of_a_front():
    assert Front(0.97, "b", 0.02).word == "not dominated"
    assert Front(0.03, "b", 0.96).word == "dominated"
    assert Front(0.4, "b", 0.5).word == "intervals overlap"


def test_positions_without_numbers_are_absent():
    assert positions([result("F005", "fidelity", "not_applicable")]) == {}
    failed = result("U001", "utility", "fail", estimate=None)
    assert "utility" not in positions([failed])
    assert [axis.name for axis in axes()] == ["fidelity", "utility", "privacy"]


def test_hostile_labels_and_errors_do_nothing():
    evil = "<script>alert(1)</script>\"'|*&"
    found = {evil: made(evil, 0.1, 0.0), "two": made("two", 0.2, 0.0)}
    comparison = compared(found, {evil: "x.csv", "two": "y.csv", "gone": "z.csv"}, {"gone": evil})
    for text in (comparison.to_html(), comparison._repr_html_(), comparison.to_markdown()):
        assert "<script>alert" not in text
    folders = [entry.folder for entry in comparison if not entry.error]
    assert all(set(folder) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-") for folder in folders)


def command(folder, out, *words):
    return cli.main(["compare", f"{folder}/real.parquet", *words, "--out", str(out)])


def test_command_writes_one_folder_and_keeps_the_record(folder, tmp_path, capfd):
    out = tmp_path / "compare"
    words = [f"{folder}/{name}.parquet" for name in ("copula", "marginals", "missing")]
    words += ["--holdout", f"{folder}/holdout.parquet", "--target", "approved", "--depth", "fast"]
    words += ["--select", "V001,F005,P001", "--labels", "good,bad,gone"]
    code = command(folder, out, *words, "--purpose", "model-training")
    assert {path.name for path in out.iterdir()} == {
        "compare.html", "comparison.json", "compare.ipynb", "good", "bad",
    }  # fmt: skip
    found = Comparison.from_json(out / "comparison.json")
    assert code == (0 if any(entry.clears() for entry in found) else 1)
    assert found.purpose == "model-training"
    assert entry(found, "gone").error.endswith("missing.parquet")
    printed = capfd.readouterr()
    assert printed.out.rstrip().endswith(f"Comparison: {out / 'compare.html'}")
    assert "good: V001" in printed.err
    for path in out.rglob("*.*"):
        assert str(folder) not in path.read_text(encoding="utf-8"), path.name
    (out / "good" / "mine.txt").write_text("mine")
    again = command(folder, out, *words, "--select", "V001", "--quiet")
    assert again in (0, 1)
    assert (out / "good" / "mine.txt").read_text() == "mine"
    assert not list(tmp_path.glob(".compare*"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["none.parquet"], "synthetic table: no such file: "),
        (["copula.parquet", "--holdout", "none.csv"], "holdout table: no such file"),
        (["copula.parquet", "--labels", "a,b"], "2 labels for 1 tables"),
        (["copula.parquet", "copy.parquet", "--labels", "a,a"], "used twice"),
    ],
)
def test_cheap_mistakes_are_told_before_a_kernel_starts(
    words, sentence, folder, tmp_path, capsys, monkeypatch
):
    from synth_eval.job import notebook

    monkeypatch.chdir(folder)
    monkeypatch.setattr(notebook, "execute", lambda *_, **__: pytest.fail("a kernel was started"))
    assert command(folder, tmp_path / "out", *words) == 2
    assert sentence in capsys.readouterr().err
    assert not Path(tmp_path / "out").exists()


def test_wrong_words_are_wrong_use(folder, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        command(folder, tmp_path, "a.csv", "--purpose", "science")
    assert stopped.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_every_parameter_of_the_notebook_can_be_said():
    from papermill import inspect_notebook

    from synth_eval.job.notebook import COMPARISON, notebook_path

    declared = set(inspect_notebook(str(notebook_path(COMPARISON))))
    options = vars(cli.build_parser().parse_args(["compare", "a", "b", "c"]))
    assert declared <= set(options)
    given = cli._parameters(cli.build_parser().parse_args(["compare", "a", "b", "c"]))
    assert given == {"real": "a", "synthetic": ["b", "c"]}
    assert set(given) <= declared
