"""Expectation types of one's own: code that its user names, never a suite.

A class that derives from one of Great Expectations is known by its name as soon as its module is
imported; ``ExpectColumnValuesToBePrime`` is ``expect_column_values_to_be_prime`` in a suite.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterable
from pathlib import Path

from synth_eval.errors import UsageError
from synth_eval.rules.engines.engine import gx_context

__all__ = ["load_plugins"]


def load_plugins(names: Iterable[str]) -> None:
    """Import modules that define expectation types.

    Parameters
    ----------
    names : iterable of str
        Python files (ending in ``.py``), or modules that can be imported.

    Raises
    ------
    UsageError
        A module is absent or cannot be imported, and why.
    """
    for name in names:
        gx_context()  # quiet before anybody else imports it
        try:
            if name.endswith(".py"):
                _load_file(Path(name))
            else:
                importlib.import_module(name)
        except UsageError:
            raise
        except Exception as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0][:200]
            raise UsageError(
                f"cannot load plugin {name}: {type(error).__name__}: {reason}"
            ) from error


def _load_file(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"cannot load plugin {path}: no such file")
    module = f"synth_eval_plugin_{path.stem}"
    loaded = sys.modules.get(module)
    if loaded is not None and getattr(loaded, "__file__", None) == str(path.resolve()):
        return
    spec = importlib.util.spec_from_file_location(module, path.resolve())
    if spec is None or spec.loader is None:
        raise UsageError(f"cannot load plugin {path}: it is no Python file")
    sys.modules[module] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(sys.modules[module])
    except BaseException:
        del sys.modules[module]
        raise
