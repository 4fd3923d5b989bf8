"""Tables that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of published tables; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("SYNTH_EVAL_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"published tables are not here: no folder {folder.name} beside the checkout")
    return folder
