"""The command: words, exit codes, sentences, and one report made for real."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from papermill import inspect_notebook

import synth_eval
from synth_eval.command import main as cli
from synth_eval.command.arguments import build_parser
from synth_eval.comparing.comparison import compared
from synth_eval.demo import demo_tables
from synth_eval.errors import InputError, NotebookError
from synth_eval.evaluation import Evaluation
from synth_eval.job import notebook
from synth_eval.judging.results import Result, Status
from tests.processes import started

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a small demo: real, holdout, synthetic and leaky."""
    folder = tmp_path_factory.mktemp("tables")
    small = {role: table[:1_500] for role, table in demo_tables("simulated").items()}
    for role, table in {**small, "leaky": small["real"]}.items():
        pq.write_table(table, folder / f"{role}.parquet")
    return folder


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Callable[[Status | BaseException], dict[str, Any]]:
    """Have the run of the notebook end with a result of this status, or an exception."""

    def prepare(end: Status | BaseException) -> dict[str, Any]:
        seen: dict[str, Any] = {}

        def make_report(parameters: dict[str, Any], out: Path, **options: Any) -> Path:
            seen.update(parameters=parameters, out=out, **options)
            if isinstance(end, BaseException):
                raise end
            out.mkdir(parents=True, exist_ok=True)
            result = Result("F001", "ks_distance", "fidelity", end, "Said so.")
            Evaluation([result]).to_json(out / "results.json")
            return out / "report.html"

        monkeypatch.setattr(notebook, "make_report", make_report)
        return seen

    return prepare


def report(tables: Path, out: Path, *words: str) -> int:
    return cli.main(
        [
            "report",
            f"{tables}/real.parquet",
            f"{tables}/synthetic.parquet",
            "--out",
            str(out),
            *words,
        ]
    )


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        (Status.PASS, (0, 0, 0)),
        (Status.NOT_APPLICABLE, (0, 0, 0)),
        (Status.INCONCLUSIVE, (0, 0, 1)),
        (Status.WARN, (0, 1, 1)),
        (Status.FAIL, (1, 1, 1)),
        (Status.ERROR, (1, 1, 1)),
    ],
)
def test_exit_code_follows_fail_on(
    status: Status,
    codes: tuple[int, ...],
    tables: Path,
    tmp_path: Path,
    pretend: Callable[[Status], Any],
) -> None:
    pretend(status)
    found = [
        report(tables, tmp_path, "--fail-on", level) for level in ("fail", "warn", "inconclusive")
    ]
    assert tuple(found) == codes


def test_words_become_typed_parameters(
    tables: Path, tmp_path: Path, pretend: Callable[[Status], dict[str, Any]]
) -> None:
    seen = pretend(Status.PASS)
    report(
        tables, tmp_path, "--target", "income", "--select", "P, F001", "--select", "U",
        "--sensitive", '"pay, gross",sex', "--seed", "7", "--timeout", "90", "--quiet",
        "--no-reference-scores", "--fast", "--estimators", "a.b:c,mine=a:d",
        "--regression", "pay ~ age", "--targets", "sex",
    )  # fmt: skip
    assert seen["parameters"] == {
        "real": f"{tables}/real.parquet",
        "synthetic": f"{tables}/synthetic.parquet",
        "target": "income",
        "select": ["P", "F001", "U"],
        "secret": ["pay, gross", "sex"],
        "seed": 7,
        "reference_scores": False,
        "depth": "fast",
        "estimators": ["a.b:c", "mine=a:d"],
        "regression": "pay ~ age",
        "targets": ["sex"],
    }
    assert (seen["timeout"], seen["quiet"], seen["out"]) == (90.0, True, tmp_path)


def test_page_for_people_outside_is_written_on_request(
    tables: Path, tmp_path: Path, pretend: Callable[[Status], dict[str, Any]]
) -> None:
    pretend(Status.WARN)
    assert report(tables, tmp_path / "a", "--release-safe", str(tmp_path / "outside.html")) == 0
    page = (tmp_path / "outside.html").read_text(encoding="utf-8")
    assert "Release-safe version" in page
    assert "Said so." not in page
    report(tables, tmp_path / "b")
    assert [path.name for path in tmp_path.glob("*.html")] == ["outside.html"]


@pytest.fixture
def comparison(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Have the run of the comparison end with one table evaluated and one broken."""
    seen: dict[str, Any] = {}
    shown = {"rule": "age >= 0", "status": "fail", "violations": 1, "columns": ["age"],
             "rows": [{"row": 1, "values": ["-1"]}]}  # fmt: skip
    result = Result("F001", "ks_distance", "fidelity", Status.PASS, "Said so.")

    def make_comparison(parameters: dict[str, Any], out: Path, **options: Any) -> Path:
        seen.update(parameters=parameters, **options)
        rows = [shown] if parameters.get("show_rows") else []
        found = {"first": Evaluation([result], examples=rows)}
        files = {"first": "a.parquet", "second": "b.parquet"}
        compared(found, files, {"second": "cannot be read"}).save(out)
        return out / "compare.html"

    monkeypatch.setattr(notebook, "make_comparison", make_comparison)
    return seen


def compare(tables: Path, out: Path, *words: str) -> int:
    files = [f"{tables}/{name}.parquet" for name in ("real", "synthetic", "leaky")]
    return cli.main(["compare", *files, "--out", str(out), *words])


def test_compare_understands_what_report_does(
    tables: Path, tmp_path: Path, comparison: dict[str, Any]
) -> None:
    code = compare(
        tables, tmp_path / "out", "--targets", "sex", "--estimators", "mine=a.b:c",
        "--regression", "pay ~ age", "--plugins", "mine.py", "--show-rows", "3",
        "--reference-scores", "--secret", "pay", "--group", "sex", "--labels", "first,second",
        "--alpha", "0.01", "--quiet",
    )  # fmt: skip
    assert code == 0
    assert comparison["quiet"] is True
    assert comparison["parameters"] == {
        "real": f"{tables}/real.parquet",
        "synthetic": [f"{tables}/synthetic.parquet", f"{tables}/leaky.parquet"],
        "targets": ["sex"],
        "estimators": ["mine=a.b:c"],
        "regression": "pay ~ age",
        "plugins": ["mine.py"],
        "show_rows": 3,
        "reference_scores": True,
        "secret": ["pay"],
        "group": ["sex"],
        "labels": ["first", "second"],
        "alpha": 0.01,
    }


def test_compare_leaves_further_forms_of_each_table(
    tables: Path,
    tmp_path: Path,
    comparison: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, outside = tmp_path / "out", tmp_path / "outside"
    words = ["--also", "markdown,junit", "--show-rows", "--release-safe", str(outside)]
    assert compare(tables, out, *words) == 0
    [folder] = [path for path in out.iterdir() if path.is_dir()]
    assert {path.name for path in folder.iterdir()} == {
        "report.html", "results.json", "schema.json", "summary.md", "junit.xml",
        "rows_not_for_release.html",
    }  # fmt: skip
    assert [path.name for path in outside.iterdir()] == [f"{folder.name}.html"]
    page = (outside / f"{folder.name}.html").read_text(encoding="utf-8")
    assert "Release-safe version" in page
    assert "Said so." not in page
    said = capsys.readouterr().out
    assert f"Also: {folder / 'junit.xml'}" in said
    assert f"Not for release: {folder / 'rows_not_for_release.html'}" in said
    assert compare(tables, tmp_path / "plain") == 0
    [folder] = [path for path in (tmp_path / "plain").iterdir() if path.is_dir()]
    assert {path.name for path in folder.iterdir()} == {
        "report.html", "results.json", "schema.json",
    }  # fmt: skip
    assert compare(tables, out, "--also", "paper") == 2
    assert "no form 'paper'" in capsys.readouterr().err


def test_every_parameter_of_the_notebook_can_be_said() -> None:
    for face, name in (("report", "evaluate.ipynb"), ("compare", "compare.ipynb")):
        declared = set(inspect_notebook(str(notebook.notebook_path(name))))
        assert {"estimators", "regression", "targets", "depth", "show_rows"} <= declared
        options = build_parser().parse_args([face, "a", "b"])
        assert declared - {"out"} == set(cli._parameters(options)) | {
            name for name in declared if getattr(options, name, "absent") is None
        }


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["report"],
        ["report", "a.csv"],
        ["report", "a.csv", "b.csv", "--sead", "1"],
        ["report", "a.csv", "b.csv", "--seed", "-1"],
        ["report", "a.csv", "b.csv", "--seed", "x"],
        ["report", "a.csv", "b.csv", "--timeout", "0"],
        ["report", "a.csv", "b.csv", "--fail-on", "never"],
        ["report", "a.csv", "b.csv", "--depth", "deep"],
        ["report", "a.csv", "b.csv", "--depth", "full", "--fast"],
        ["report", "a.csv", "b.csv", "--select", ","],
        ["expectations"],
        ["gate"],
    ],
)
def test_wrong_words(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(words)
    assert stopped.value.code == 2
    assert "usage: synth-eval" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("end", "code", "sentence"),
    [
        (InputError("real table: no rows"), 2, "synth-eval: real table: no rows\n"),
        (NotebookError("broke", "a log"), 3, "synth-eval: broke\n"),
        (KeyboardInterrupt(), 130, "synth-eval: interrupted; nothing was written\n"),
        (ValueError("odd\nthing"), 3, "synth-eval: internal error (ValueError: odd thing); -v sh"),
    ],
)
def test_every_end_is_one_sentence(
    end: Exception,
    code: int,
    sentence: str,
    tables: Path,
    tmp_path: Path,
    pretend: Callable[[Exception], Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    pretend(end)
    assert report(tables, tmp_path / "out") == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(sentence)
    assert printed.err.count("\n") == 1
    assert report(tables, tmp_path / "out", "-v") == code
    assert ("Traceback" in capsys.readouterr().err) == (code != 130)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["none.csv", "real.csv"], "real table: no such file: none.csv"),
        (["real.csv", "none.csv"], "synthetic table: no such file: none.csv"),
        (["real.csv", "real.csv", "--holdout", "none.csv"], "holdout table: no such file"),
        (["real.csv", "."], "synthetic table: . is a folder; give a CSV or Parquet file"),
        (["real.csv", "t.xlsx"], "t.xlsx: unknown kind of file; give .csv, .csv.gz or .parquet"),
        (["real.csv", "empty.csv"], "synthetic table empty.csv: the file is empty"),
        (["real.csv", "real.csv", "--config", "c.toml"], "cannot read configuration c.toml"),
        (["real.csv", "real.csv", "--config", "t.xlsx"], "t.xlsx is not valid TOML"),
        (["real.csv", "real.csv", "--target", "x?token=1"], "'target' seems to hold a password"),
    ],
)
def test_cheap_mistakes_need_no_kernel(
    words: list[str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(notebook, "execute", lambda *_, **__: pytest.fail("a kernel was started"))
    for name, content in {"real.csv": "a\n1\n", "t.xlsx": "x", "empty.csv": ""}.items():
        Path(name).write_text(content)
    assert cli.main(["report", *words]) == 2
    printed = capsys.readouterr()
    assert sentence in printed.err
    assert printed.err.startswith("synth-eval: ")
    assert printed.err.count("\n") == 1
    assert not Path("reports/latest").exists()


@pytest.mark.parametrize(
    "depth", [("--fast",), pytest.param((), marks=pytest.mark.slow)], ids=["fast", "standard"]
)
def test_report_from_files(
    depth: tuple[str, ...], tables: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    code = report(
        tables, out, "--holdout", f"{tables}/holdout.parquet", "--target", "approved",
        "--seed", "5", *depth,
    )  # fmt: skip
    assert {path.name for path in out.iterdir()} == {
        "report.html", "results.json", "schema.json", "evaluate.ipynb",
    }  # fmt: skip
    record = json.loads((out / "results.json").read_text(encoding="utf-8"))
    failed = [entry["code"] for entry in record["results"] if entry["status"] in ("fail", "error")]
    assert code == bool(failed)
    assert "error" not in {entry["status"] for entry in record["results"]}
    assert record["schema_version"] == 2
    assert list(record["verdicts"]) == ["validity", "fidelity", "coverage", "utility", "privacy"]
    assert record["provenance"]["seed"] == 5
    assert record["provenance"]["tables"]["real"]["name"] == "real.parquet"
    assert record["reference_scores"]
    schema = json.loads((out / "schema.json").read_text(encoding="utf-8"))
    approved = next(entry for entry in schema["columns"] if entry["name"] == "approved")
    assert approved["roles"] == ["target"]
    for path in out.iterdir():
        assert str(tables) not in path.read_text(encoding="utf-8"), path.name
    check_record(json.loads((out / "evaluate.ipynb").read_text(encoding="utf-8")))
    printed = capfd.readouterr()
    assert printed.out.rstrip().endswith(f"Report: {out / 'report.html'}")
    steps = printed.err.splitlines()
    assert steps[0].startswith(f"[1/{len(steps)}] V001 ")
    assert steps[-1].startswith(f"[{len(steps)}/{len(steps)}] ")


def check_record(record: dict[str, Any]) -> None:
    """No errors, no progress and no complaints of libraries in the executed notebook."""
    outputs = [output for cell in record["cells"] for output in cell.get("outputs", [])]
    assert {output["output_type"] for output in outputs} <= {"execute_result", "display_data"}
    assert any("text/html" in output["data"] for output in outputs)


@pytest.mark.parametrize(
    ("change", "words", "sentence"),
    [
        (None, ["--target", "incom"], "target column 'incom' is not in the real table"),
        (None, ["--select", "Z9"], "no check matches 'Z9'; known codes: V001"),
        ("truncated", [], "bad.parquet: cannot be read, is the file complete"),
        ("twice", [], "bad.parquet: column name 'age' occurs more than once"),
        ("no rows", [], "bad.parquet: the table has no rows"),
    ],
)
def test_mistakes_found_in_the_kernel_are_one_sentence_too(
    change: str | None,
    words: list[str],
    sentence: str,
    tables: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    synthetic = tables / "synthetic.parquet"
    if change is not None:
        synthetic = tmp_path / "bad.parquet"
        spoil(pq.read_table(tables / "synthetic.parquet"), change, synthetic)
    out = tmp_path / "out"
    given = ["report", f"{tables}/real.parquet", str(synthetic), "--out", str(out), *words]
    assert cli.main(given) == 2
    printed = capfd.readouterr()
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert not out.exists()


def spoil(table: pa.Table, change: str, path: Path) -> None:
    if change == "twice":
        table = table.rename_columns(
            ["age" if name == "sex" else name for name in table.column_names]
        )
    pq.write_table(table[:0] if change == "no rows" else table, path)
    if change == "truncated":
        path.write_bytes(path.read_bytes()[:-5_000])


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_bar_in_a_terminal(tables: Path, tmp_path: Path) -> None:
    near, far = pty.openpty()
    words = ["report", f"{tables}/real.parquet", f"{tables}/synthetic.parquet", "--out", "out"]
    words += ["--select", "V001,C001", "--no-reference-scores"]
    seen = b""
    with started(
        [sys.executable, "-m", "synth_eval", *words],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=far,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"},
    ):  # fmt: skip
        os.close(far)
        try:
            while block := os.read(near, 4096):
                seen += block
        except OSError:  # how Linux says that the other end is closed
            pass
        finally:
            os.close(near)
    assert "V001 Columns and readable cells" in seen.decode()
    assert "\r" in seen.decode()
    assert "[1/" not in seen.decode()


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out == f"synth-eval {synth_eval.__version__}\n"


def test_checks_and_explain(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["checks", "--select", "fidelity"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0].startswith("F001  fidelity   ks_distance")
    assert all(line.startswith("F") for line in listed)
    assert cli.main(["explain", "F001", "P001"]) == 0
    explained = capsys.readouterr().out
    assert "F001 ks_distance (fidelity)" in explained
    assert "P001 exact_copies (privacy)" in explained
    assert cli.main(["explain", "X"]) == 2


def test_split(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["split", f"{tables}/real.parquet", "--out", str(tmp_path), "--holdout", "0.2"]
    assert cli.main(words) == 0
    assert "1,200 rows to train on" in capsys.readouterr().out
    assert pq.read_table(tmp_path / "holdout.parquet").num_rows == 300
    assert cli.main(words) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main([*words, "--overwrite", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_schema_goes_round(
    tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "deep" / "schema.json"
    assert cli.main(["schema", f"{tables}/real.parquet", "--out", str(path)]) == 0
    assert capsys.readouterr().out == ""
    content = json.loads(path.read_text(encoding="utf-8"))
    content["columns"][1]["kind"] = "categorical"
    path.write_text(json.dumps(content), encoding="utf-8")
    assert cli.main(["schema", f"{tables}/real.parquet", "--schema", str(path), "--sdv"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["columns"][content["columns"][1]["name"]] == {"sdtype": "categorical"}


def test_expectations_derive(tables: Path, tmp_path: Path) -> None:
    path = tmp_path / "suite.json"
    words = ["expectations", "derive", f"{tables}/real.parquet", "--name", "people"]
    assert cli.main([*words, "--holdout", f"{tables}/holdout.parquet", "--out", str(path)]) == 0
    suite = json.loads(path.read_text(encoding="utf-8"))
    assert suite["name"] == "people"
    assert "expect_table_columns_to_match_set" in {rule["type"] for rule in suite["expectations"]}


def test_demo_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["demo", "--table", "simulated", "--tables-only", "--out", str(tmp_path)]
    assert cli.main(words) == 0
    assert "a simulated table" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "data").iterdir()} == {
        "real.parquet", "holdout.parquet", "synthetic_copula.parquet",
        "synthetic_marginals.parquet", "synthetic_leaky.parquet", "manifest.json",
    }  # fmt: skip
    assert cli.main([*words, "--synthesizer", "magic"]) == 2
    assert "no synthesizer 'magic'" in capsys.readouterr().err


def test_demo_goes_on_where_nothing_can_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise InputError("UCI Adult was not fetched: no network")

    monkeypatch.setenv("SYNTH_EVAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("synth_eval.demo.fetch_adult", refuse)
    assert cli.main(["demo", "--fetch", "--tables-only", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.err == (
        "synth-eval: UCI Adult was not fetched: no network; the demo uses a simulated table\n"
    )
    assert "a simulated table" in printed.out


def test_demo_reports_on_every_synthesizer(
    tmp_path: Path, pretend: Callable[[Status], dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(Status.FAIL)
    assert cli.main(["demo", "--table", "simulated", "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    for name in ("copula", "marginals", "leaky"):
        assert (tmp_path / name / "results.json").exists()
        assert f"synth-eval report {tmp_path}/data/real.parquet" in shown


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("90", 90.0), ("60s", 60.0), ("1.5min", 90.0), ("2m", 120.0), ("1h", 3600)],
)
def test_times_may_carry_a_unit(words: str, seconds: float) -> None:
    options = build_parser().parse_args(["report", "a", "b", "--budget", words])
    assert options.budget == seconds


@pytest.mark.parametrize("words", ["", "0s", "-5", "60 days", "inf", "1e999"])
def test_a_time_that_is_none_is_refused_in_one_sentence(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["report", "a", "b", f"--budget={words}"])
    assert "positive time such as 60s" in capsys.readouterr().err
