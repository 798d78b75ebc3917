"""What a simulated sensor would measure at a moment: a daily shape, slow drift and noise; now and then a rise
past the alarm level. The same seed, thing and moment give the same value, so history can be sent twice.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DAY = 86_400
NOISE_S = 300.0
FIRST_RISE, RISE, BETWEEN_RISES = 15.0, 150.0, 1800.0  # seconds after the start; length; from one to the next


@dataclass(frozen=True)
class Shape:
    """Usual value, how far the day moves it, and the noise of one reading."""

    usual: float
    daily: float
    noise: float


SHAPES = {
    "level": Shape(1.4, 0.25, 0.02),
    "battery": Shape(88, 4, 0.3),
    "pm2-5": Shape(18, 9, 2),
    "pm10": Shape(31, 14, 3),
    "temperature": Shape(14, 6, 0.2),
    "humidity": Shape(62, 15, 1.5),
}


def value(quantity: str, entry: Mapping[str, Any], moment: float, seed: str, lift: float = 0.0) -> float:
    """A reading in the profile's unit and precision, inside its range. ``lift`` is added to the shape."""
    shape = SHAPES.get(quantity) or _middle(entry)
    phase = _draw(f"{seed}:{quantity}:phase").random()
    day = math.sin(2 * math.pi * (moment / DAY + phase))
    drift = math.sin(2 * math.pi * moment / (7.3 * 3600)) * 0.3
    noise = _noise(f"{seed}:{quantity}", moment) * shape.noise
    low, high = entry.get("range") or (-math.inf, math.inf)
    number = shape.usual + shape.daily * (day + drift) + noise + lift
    return round(min(max(number, low), high), int(entry.get("precision", 1)))


def _noise(key: str, moment: float) -> float:
    """About one standard deviation, and smooth: readings that come close together do not jump."""
    number, part = divmod(moment, NOISE_S)
    before, after = (_draw(f"{key}:{number + n:.0f}").gauss(0, 1) for n in (0, 1))
    return before + (after - before) * part / NOISE_S


def _middle(entry: Mapping[str, Any]) -> Shape:
    low, high = entry.get("range") or (0.0, 100.0)
    return Shape((low + high) / 2, (high - low) / 20, (high - low) / 400)


def lift_at(
    quantity: str, entry: Mapping[str, Any], rules: Sequence[Mapping[str, Any]], since_start: float
) -> float:
    """How far a rule's quantity is pushed past its level, ``since_start`` seconds after the start: 0 most of
    the time.
    """
    rule = next((rule for rule in rules if rule["metric"] == quantity), None)
    if rule is None or since_start < FIRST_RISE:
        return 0.0
    phase = (since_start - FIRST_RISE) % BETWEEN_RISES
    if phase > RISE:
        return 0.0
    shape = SHAPES.get(quantity) or _middle(entry)
    past = abs(float(rule["level"]) - float(rule["clear"])) + 2 * shape.daily + 4 * shape.noise
    wanted = float(rule["level"]) + (past if rule["kind"] == "above" else -past)
    return (wanted - shape.usual) * min(1.0, phase / 20, (RISE - phase) / 20)


def pack(
    thing: Mapping[str, Any], moments: Sequence[float], seed: str, start: float, rises: bool
) -> list[dict[str, Any]]:
    """A SenML pack of all quantities at some moments (Unix seconds): base name and time once (RFC 8428
    §4.1).
    """
    rows: list[dict[str, Any]] = []
    for moment in moments:
        for quantity, entry in thing["profile"]["quantities"].items():
            lift = lift_at(quantity, entry, thing["rules"], moment - start) if rises else 0.0
            number = value(quantity, entry, moment, f"{seed}:{thing['thing']}", lift)
            rows.append({"n": quantity, "u": entry["unit"], "t": round(moment - moments[0], 3), "v": number})
    rows[0] = {"bn": f"{thing['thing']}:", "bt": moments[0], **rows[0]}
    return rows


def _draw(key: str) -> random.Random:
    return random.Random(key)
