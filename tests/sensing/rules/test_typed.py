"""Other numbers for rules about areas and what is usual, and such rules as they are pasted."""

from __future__ import annotations

from typing import Any

import pytest

from functions.core.errors import Invalid
from functions.sensing.rules import typed
from functions.sensing.rules.trying import Where, replay
from tests.sensing.rules.test_areas import LEFT, QUANTITIES, SQUARE, way
from tests.sensing.rules.test_baseline import NIGHT, nights

TITLE = {"en": "X"}
HOME: dict[str, Any] = {
    "id": "home", "title": TITLE, "severity": "low", "area": {"outside": "place", "radius": 200.0},
}  # fmt: skip
MORE: dict[str, Any] = {"id": "more", "title": TITLE, "severity": "low", "metric": "flow", "usual": NIGHT}


def test_metres_and_per_cent_can_be_changed() -> None:
    assert typed.numbers(HOME) == {"beyond": 0, "radius": 200, "hold": 0, "needed": 1, "of": 1}
    wider = typed.changed(HOME, {"radius": "500", "beyond": "20", "hold": "10"})
    assert (wider["area"]["radius"], wider["area"]["by"], wider["hold"]) == (500, 20, 600)
    assert typed.changed(MORE, {"by": "45"})["usual"]["by"] == 45
    with pytest.raises(Invalid):
        typed.changed(MORE, {"by": "-1"})


def test_a_pasted_rule_about_an_area_needs_a_device_that_says_where_it_is() -> None:
    text = "{id: x, title: {en: X}, severity: low, area: {outside: sites}}"
    assert typed.pasted(text, {"quantities": QUANTITIES})["area"]["outside"] == "sites"
    with pytest.raises(Invalid) as refused:
        typed.pasted(text, {"quantities": {"level": {"unit": "m"}}})
    assert "does not say where it is" in refused.value.fields["pasted"]


def test_a_try_looks_at_the_same_place_areas_and_past() -> None:
    series = way((30.005, 120.005), (30.0103, 120.005), (30.005, 120.005))
    where = Where("UTC", None, {"sites": [SQUARE]})
    profile = {"id": "truck", "quantities": QUANTITIES, "rules": []}
    nearer = {**LEFT, "area": {"outside": "sites", "by": 10}}
    tried = replay(profile, LEFT, nearer, where=where, muted=(), readings=series)
    assert (len(tried.now), len(tried.new), tried.readings) == (0, 1, 6)
    pipe = {"id": "pipe", "quantities": {"flow": {}}, "rules": []}
    strict = {**MORE, "usual": {**NIGHT, "by": 50.0}}
    tried = replay(pipe, MORE, strict, where=Where("UTC"), muted=(), readings=nights(*[10.0] * 6, 14.0, 10.0))
    assert [(len(tried.now), len(tried.new)), round(tried.now[0].value)] == [(1, 0), 40]
