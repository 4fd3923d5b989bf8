"""Simulated patients: training rows, unseen rows and fresh rows, made once."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.privacy.support import Rows, make_patients


@pytest.fixture(scope="session")
def patients() -> tuple[Rows, Rows, Rows]:
    """Real, holdout and fresh rows."""
    rng = np.random.default_rng(12)
    return make_patients(rng), make_patients(rng), make_patients(rng)
