"""A dimension that is declared wrongly is refused at import, with its name."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from synth_eval.errors import UsageError
from synth_eval.judging import dimensions as module
from synth_eval.judging.dimensions import Axis, Dimension, dimensions

SOUND = {"name": "manners", "letter": "M", "question": "Polite?", "how": "by asking", "place": 60}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"letter": "m"}, "one capital"),
        ({"letter": "MM"}, "one capital"),
        ({"name": "good manners"}, "one word"),
        (
            {"decides": {"sharing": "why"}, "aside": {"sharing": "why not"}},
            r"both decides.*sharing",
        ),
    ],
)
def test_wrong_declarations_are_refused(change, words):
    with pytest.raises(UsageError, match=words):
        Dimension(**{**SOUND, **change})


def test_an_axis_learns_the_name_of_its_dimension():
    axis = Axis("rudeness", is_lower_better=True, ideal=0.0, meaning="How rude.")
    assert Dimension(**SOUND, axis=axis).axis.name == "manners"


@pytest.mark.parametrize(("what", "other"), [("name", {"letter": "N"}), ("letter", {"name": "n"})])
def test_two_dimensions_of_one_name_or_letter_are_refused(monkeypatch, what, other):
    packages = [SimpleNamespace(DIMENSION=Dimension(**{**SOUND, **more})) for more in ({}, other)]
    monkeypatch.setattr(module, "dimension_packages", lambda: packages)
    dimensions.cache_clear()
    try:
        with pytest.raises(UsageError, match=f"two dimensions have the {what}"):
            dimensions()
    finally:
        dimensions.cache_clear()
