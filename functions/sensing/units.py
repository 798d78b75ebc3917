"""Units of measurement: SenML's names, how each converts, its UCUM code and how people write it.

``UNITS`` is the one table. Registered are the names of RFC 8428 §12.1 and RFC 8798 §2 and §3 (value x scale +
offset = base). Where SenML has no name the table uses the UCUM code or the usual letters, and says so; where
UCUM has none, its code is an annotated one (``{NTU}``)."""

from __future__ import annotations

from math import pi
from typing import NamedTuple

PRIMARY, MORE, SECONDARY, OWN = "RFC 8428", "RFC 8798 §2", "RFC 8798 §3", ""


class Unit(NamedTuple):
    """``base``: the unit that it converts to by ``scale`` and ``offset``, itself when it is one. ``ucum``:
    its code in the Unified Code for Units of Measure; ``shown``: for people, "" for a plain number.
    ``source``: where SenML registers the name, "" for a name of our own."""

    base: str
    scale: float
    offset: float
    ucum: str
    shown: str
    source: str


def _base(name: str, ucum: str, shown: str | None = None, source: str = PRIMARY) -> dict[str, Unit]:
    return {name: Unit(name, 1.0, 0.0, ucum, name if shown is None else shown, source)}


def _of(
    base: str, name: str, scale: float, ucum: str, shown: str | None = None, source: str = SECONDARY
) -> dict[str, Unit]:
    return {name: Unit(base, scale, 0.0, ucum, name if shown is None else shown, source)}


UNITS: dict[str, Unit] = {
    **_base("m", "m"), **_base("kg", "kg"), **_base("s", "s"), **_base("A", "A"), **_base("cd", "cd"),
    **_base("mol", "mol"), **_base("Hz", "Hz"), **_base("sr", "sr"), **_base("N", "N"), **_base("Pa", "Pa"),
    **_base("J", "J"), **_base("W", "W"), **_base("C", "C"), **_base("V", "V"), **_base("F", "F"),
    **_base("Ohm", "Ohm", "Ω"), **_base("S", "S"), **_base("Wb", "Wb"), **_base("T", "T"), **_base("H", "H"),
    **_base("Cel", "Cel", "°C"), **_base("lm", "lm"), **_base("lx", "lx"), **_base("Bq", "Bq"),
    **_base("Gy", "Gy"), **_base("Sv", "Sv"), **_base("kat", "kat"), **_base("m2", "m2", "m²"),
    **_base("m3", "m3", "m³"), **_base("m/s", "m/s"), **_base("m/s2", "m/s2", "m/s²"),
    **_base("m3/s", "m3/s", "m³/s"), **_base("W/m2", "W/m2", "W/m²"), **_base("cd/m2", "cd/m2", "cd/m²"),
    **_base("bit", "bit"), **_base("bit/s", "bit/s"), **_base("pH", "[pH]", ""),
    **_base("dB", "dB"), **_base("dBW", "dB[W]"), **_base("Bspl", "B[SPL]", "B"),
    **_base("count", "1", ""), **_base("/", "1", ""),
    **_base("EL", "s", "s"), **_base("1/s", "/s"), **_base("beats", "1", ""), **_base("S/m", "S/m"),
    **_base("VA", "V.A", "VA", MORE), **_base("var", "V.A{var}", "var", MORE),
    **_base("deg", "deg", "°", MORE),
    **_base("kg/m3", "kg/m3", "kg/m³", MORE), **_base("B", "By", "B", MORE),
    "K": Unit("Cel", 1.0, -273.15, "K", "K", PRIMARY),
    "dBm": Unit("dBW", 1.0, -30.0, "dB{mW}", "dBm", SECONDARY),
    **_of("kg", "g", 1e-3, "g", source=PRIMARY), **_of("m3", "l", 1e-3, "L", "L", PRIMARY),
    **_of("m3/s", "l/s", 1e-3, "L/s", "L/s", PRIMARY), **_of("/", "%", 0.01, "%", source=PRIMARY),
    **_of("1/s", "1/min", 1 / 60, "/min", source=PRIMARY),
    **_of("deg", "rad", 180 / pi, "rad", source=PRIMARY),
    **_of("1/s", "beat/min", 1 / 60, "/min", "/min", PRIMARY), **_of("/", "%RH", 0.01, "%", "%", PRIMARY),
    **_of("/", "%EL", 0.01, "%", "%", PRIMARY), **_of("deg", "lat", 1.0, "deg", "°", PRIMARY),
    **_of("deg", "lon", 1.0, "deg", "°", PRIMARY),
    **_of("J", "VAs", 1.0, "V.A.s", source=MORE), **_of("m", "km", 1000, "km"), **_of("m", "cm", 0.01, "cm"),
    **_of("m", "mm", 1e-3, "mm"), **_of("s", "ms", 1e-3, "ms"), **_of("s", "min", 60, "min"),
    **_of("s", "h", 3600, "h"), **_of("Hz", "MHz", 1e6, "MHz"), **_of("W", "kW", 1000, "kW"),
    **_of("VA", "kVA", 1000, "kV.A"), **_of("var", "kvar", 1000, "kV.A{var}"), **_of("C", "Ah", 3600, "A.h"),
    **_of("J", "Wh", 3600, "W.h"), **_of("J", "kWh", 3.6e6, "kW.h"), **_of("V", "mV", 1e-3, "mV"),
    **_of("A", "mA", 1e-3, "mA"), **_of("kg/m3", "ug/m3", 1e-9, "ug/m3", "µg/m³"),
    **_of("m/s", "mm/h", 1 / 3.6e6, "mm/h"), **_of("m/s", "m/h", 1 / 3600, "m/h"),
    **_of("m/s", "km/h", 1 / 3.6, "km/h"), **_of("/", "ppm", 1e-6, "[ppm]"),
    **_of("/", "/100", 0.01, "%", "%"),
    **_of("/", "/1000", 1e-3, "[ppth]", "‰"), **_of("Pa", "hPa", 100, "hPa"),
    # Not registered for SenML: the UCUM code where it is made of plain letters, the usual letters otherwise.
    **_base("NTU", "{NTU}", "NTU", OWN), **_base("mmol/L", "mmol/L", "mmol/L", OWN),
    **_of("kg/m3", "mg/m3", 1e-6, "mg/m3", "mg/m³", OWN), **_of("kg/m3", "mg/L", 1e-3, "mg/L", source=OWN),
    **_of("kg/m3", "ug/L", 1e-6, "ug/L", "µg/L", OWN), **_of("Pa", "kPa", 1000, "kPa", source=OWN),
    **_of("Pa", "MPa", 1e6, "MPa", source=OWN), **_of("Pa", "bar", 1e5, "bar", source=OWN),
    **_of("Pa", "mmHg", 133.322, "mm[Hg]", source=OWN), **_of("S/m", "uS/cm", 1e-4, "uS/cm", "µS/cm", OWN),
    **_of("m3/s", "m3/h", 1 / 3600, "m3/h", "m³/h", OWN),
    **_of("m3/s", "l/min", 1 / 60_000, "L/min", "L/min", OWN),
    **_of("1/s", "1/h", 1 / 3600, "/h", source=OWN), **_of("J", "GJ", 1e9, "GJ", source=OWN),
    **_of("kg", "t", 1000, "t", source=OWN), **_of("m3/s", "l/h", 1 / 3.6e6, "L/h", "L/h", OWN),
    "degF": Unit("Cel", 5 / 9, -160 / 9, "[degF]", "°F", OWN),
}  # fmt: skip
_OTHERS = {"mg/l": "mg/L", "ug/l": "ug/L", "L": "l", "µg/m3": "ug/m3", "°C": "Cel", "degC": "Cel", "℃": "Cel"}


def known(unit: str) -> bool:
    """Whether a unit is in the table (by its own name)."""
    return unit in UNITS


def convert(value: float, unit: str | None, wanted: str | None) -> float | None:
    """``value`` in the wanted unit, or None when the two units do not measure the same thing.

    A value without a unit is taken to be in the wanted one; an unknown unit is only like itself."""
    if unit is None or unit == wanted or wanted is None:
        return value
    given, aim = UNITS.get(_OTHERS.get(unit, unit)), UNITS.get(_OTHERS.get(wanted, wanted))
    if given is None or aim is None or given.base != aim.base:
        return None
    # twelve digits: what decimal scales leave behind in binary (4200 mm = 4.2 m) is not part of the reading
    return float(f"{(value * given.scale + given.offset - aim.offset) / aim.scale:.12g}")


def ucum(unit: str) -> str:
    """The UCUM code of a unit. Raises KeyError for an unknown one."""
    return UNITS[unit].ucum


def shown(unit: str | None) -> str:
    """How a unit is written for people."""
    found = UNITS.get(unit or "")
    return found.shown if found else unit or ""
