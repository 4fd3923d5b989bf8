"""Engines that suites run on: installed where they are needed, else the tests are skipped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def spark() -> Iterator[object]:
    """A local Spark session of one core."""
    sql = pytest.importorskip("pyspark.sql", reason="the extra 'spark' is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.master("local[1]").appName("synth_eval tests")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    try:
        yield session
    finally:
        session.stop()


def _as_postgres(*command: str) -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return list(command)
    return ["runuser", "-u", "postgres", "--", *command]


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Connection string of a PostgreSQL server of its own."""
    pytest.importorskip("sqlalchemy", reason="the extra 'sql' is not installed")
    pytest.importorskip("psycopg2", reason="psycopg2 is not installed")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = shutil.which("initdb") or (str(found[-1]) if found else None)
    if initdb is None:
        pytest.skip("PostgreSQL is not installed")
    control = str(Path(initdb).with_name("pg_ctl"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = subprocess.run(
        _as_postgres("mktemp", "-d"), check=True, capture_output=True, text=True, cwd="/"
    )
    folder = made.stdout.strip()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run(
        _as_postgres(initdb, "-D", f"{folder}/data", "-A", "trust", "-U", "tester"), **quiet
    )
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    start = ("-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w")
    try:
        subprocess.run(_as_postgres(control, *start, "start"), **quiet)
        yield f"postgresql+psycopg2://tester@127.0.0.1:{port}/postgres"
    finally:
        stop = _as_postgres(control, "-D", f"{folder}/data", "-m", "fast", "stop")
        subprocess.run(stop, **{**quiet, "check": False})
        shutil.rmtree(folder, ignore_errors=True)
