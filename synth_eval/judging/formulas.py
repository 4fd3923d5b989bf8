"""What users say about models: a regression as a formula, estimators by object or import path."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from synth_eval.errors import UsageError

__all__ = ["Formula", "load_estimators", "read_estimators", "read_formula"]

_TOKENS = re.compile(r"`[^`]+`|[~+]|[^~+`]+|`")
_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
_HOW = "write `outcome ~ first + second`, odd names between backticks"


@dataclass(frozen=True, slots=True)
class Formula:
    """A main-effects regression.

    Parameters
    ----------
    outcome : str
        Column that is explained.
    predictors : tuple of str
        Columns that explain it.
    """

    outcome: str
    predictors: tuple[str, ...]


def read_formula(text: str) -> Formula:
    """Regression written as ``outcome ~ first + second``.

    Raises
    ------
    UsageError
        The text has another form, or names a column twice.

    Examples
    --------
    >>> read_formula("income ~ age + `hours per week`")
    Formula(outcome='income', predictors=('age', 'hours per week'))
    """
    tokens = [token.strip() for token in _TOKENS.findall(text) if token.strip()]
    signs = tokens[1::2]
    names = [token[1:-1] if len(token) > 2 and token[0] == "`" else token for token in tokens[::2]]
    fits = len(tokens) >= 3 and len(tokens) % 2 == 1 and not {"~", "+", "`"} & set(names)
    if not fits or signs != ["~", *"+" * (len(signs) - 1)]:
        raise UsageError(f"regression {text!r} cannot be read: {_HOW}")
    if len(set(names)) < len(names):
        raise UsageError(f"regression {text!r} names a column twice")
    return Formula(names[0], tuple(names[1:]))


def read_estimators(given: Mapping[str, Any] | Iterable[str]) -> dict[str, Any]:
    """Estimators by name, as given: nothing is imported yet.

    Parameters
    ----------
    given : mapping or iterable of str
        Name to estimator, to a function that returns one, or to ``"module:name"`` of either;
        or words of the form ``module:name`` or ``label=module:name``.

    Raises
    ------
    UsageError
        An import path of another form.
    """
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, Mapping):
        pairs = [word.rpartition("=") for word in given]
        given = {label or path: path for label, _, path in pairs}
    for name, value in given.items():
        if isinstance(value, str) and not _PATH.fullmatch(value):
            raise UsageError(f"estimator {name!r}: {value!r} is not of the form module:name")
    return dict(given)


def load_estimators(given: Mapping[str, Any]) -> dict[str, Any]:
    """Unfitted estimators with scikit-learn's interface, import paths and factories resolved.

    Raises
    ------
    UsageError
        A module or name that cannot be imported, a factory that breaks, or an object without
        ``fit``, ``get_params`` and ``predict`` or ``predict_proba``.
    """
    return {name: _estimator(name, value) for name, value in given.items()}


def _estimator(name: str, value: Any) -> Any:
    found = _imported(name, value) if isinstance(value, str) else value
    if isinstance(found, type) or (callable(found) and not hasattr(found, "fit")):
        try:
            found = found()
        except Exception as error:
            raise UsageError(f"estimator {name!r} cannot be made: {_reason(error)}") from error
    methods = [method for method in ("fit", "get_params") if not hasattr(found, method)]
    if not hasattr(found, "predict") and not hasattr(found, "predict_proba"):
        methods.append("predict")
    if methods:
        raise UsageError(
            f"estimator {name!r} is a {type(found).__name__} without {' and '.join(methods)}: "
            "give an estimator with scikit-learn's interface, or a function that returns one"
        )
    return found


def _imported(name: str, path: str) -> Any:
    module, _, attribute = path.partition(":")
    try:
        return getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise UsageError(
            f"estimator {name!r}: {path!r} cannot be imported ({_reason(error)}); the module must "
            "be installed, or its folder named in PYTHONPATH"
        ) from error


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
