"""Types of keywords, for type checkers and editors; made by `make configuration`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

__all__ = ["Keywords", "Roles", "Settings"]


class Settings(TypedDict, total=False):
    """Settings of a run, see `Config`."""

    select: str | Iterable[str] | None
    ignore: str | Iterable[str] | None
    depth: str | None
    budget: float | str | None
    seed: int | None
    model_rows: int | None
    neighbour_rows: int | None
    reference_scores: bool | None
    targets: str | Iterable[str] | None
    regression: str | None
    estimators: Mapping[str, Any] | str | Iterable[str] | None
    tuning: int | None
    expectations: str | Path | None
    plugins: str | Iterable[str] | None
    show_rows: int | None
    edge_cases: Sequence[Mapping[str, Any]] | None
    purpose: str | None
    alpha: float | None
    declared_epsilon: float | None
    small_cell: int | None
    margins: Mapping[str, Any] | None


class Roles(TypedDict, total=False):
    """Roles of columns, see `synth_eval.load`."""

    target: str | None
    secret: str | Iterable[str] | None
    sensitive: str | Iterable[str] | None
    quasi_identifiers: str | Iterable[str] | None
    group: str | Iterable[str] | None
    entity: str | None
    order: str | None
    schema: Any


class Keywords(Roles, Settings, total=False):
    """Everything that `synth_eval.compare` takes by keyword."""
