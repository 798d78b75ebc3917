"""Units of SenML and the few secondary ones that sensors of a town use (RFC 8798 §3: value x scale + offset =
primary).
"""

from __future__ import annotations

_SECONDARY: dict[str, tuple[str, float, float]] = {
    "ms": ("s", 1e-3, 0),
    "min": ("s", 60, 0),
    "h": ("s", 3600, 0),
    "kW": ("W", 1000, 0),
    "Wh": ("J", 3600, 0),
    "kWh": ("J", 3_600_000, 0),
    "mV": ("V", 1e-3, 0),
    "mA": ("A", 1e-3, 0),
    "dBm": ("dBW", 1, -30),
    "ug/m3": ("kg/m3", 1e-9, 0),
    "mm/h": ("m/s", 1 / 3_600_000, 0),
    "m/h": ("m/s", 1 / 3600, 0),
    "km/h": ("m/s", 1 / 3.6, 0),
    "ppm": ("/", 1e-6, 0),
    "/100": ("/", 1e-2, 0),
    "/1000": ("/", 1e-3, 0),
    "hPa": ("Pa", 100, 0),
    "mm": ("m", 1e-3, 0),
    "cm": ("m", 1e-2, 0),
    "km": ("m", 1000, 0),
}
_SHOWN = {
    "Cel": "°C", "ug/m3": "µg/m³", "m3": "m³", "m3/s": "m³/s", "W/m2": "W/m²",
    "%RH": "%", "%EL": "%", "/100": "%", "/": "",
}  # fmt: skip


def convert(value: float, unit: str | None, wanted: str | None) -> float | None:
    """``value`` in the wanted unit, or None when the two units do not measure the same thing.

    A value without a unit is taken to be in the wanted one."""
    if unit is None or unit == wanted or wanted is None:
        return value
    base, scale, offset = _SECONDARY.get(unit, (unit, 1.0, 0.0))
    wanted_base, wanted_scale, wanted_offset = _SECONDARY.get(wanted, (wanted, 1.0, 0.0))
    if base != wanted_base:
        return None
    # twelve digits: what decimal scales leave behind in binary (4200 mm = 4.2 m) is not part of the reading
    return float(f"{(value * scale + offset - wanted_offset) / wanted_scale:.12g}")


def shown(unit: str | None) -> str:
    """How a unit is written for people."""
    return _SHOWN.get(unit or "", unit or "")
