"""The shape of a device profile, templates/devices/<id>.yaml."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from functions.sensing.schema_rules import AlarmRule, Id, Part, Texts

Path = Annotated[str, Field(pattern=r"^[A-Za-z0-9_\-\[\]]+(\.[A-Za-z0-9_\-\[\]]+)*$", max_length=120)]
Digits = Annotated[str, Field(pattern=r"^-?[0-9]{1,10}$")]
Tag = Annotated[str, Field(pattern=r"^[0-9a-f]{4}$")]


class Quantity(Part):
    """``unit`` is one of functions/sensing/units.py (SenML's, RFC 8428 §12.1, RFC 8798 §2 and §3, where there
    is one), ``ucum`` the same unit in UCUM, from that table when left out; ``range`` is what the sensor can
    measure: a value outside is kept and marked. ``step``: a greater change between two
    readings is not plausible; ``stuck``: seconds after which an unchanged value is not plausible.
    ``precision``: decimals that are shown; ``public``: whether the city's page shows it. ``personal``: it
    says something about a person and is never public. ``role``: battery and signal are the device's health.
    """

    unit: str = Field(min_length=1, max_length=16)
    ucum: str | None = Field(default=None, min_length=1, max_length=24)
    names: Texts
    range: list[float] | None = Field(default=None, min_length=2, max_length=2)
    step: float | None = Field(default=None, gt=0)
    stuck: int | None = Field(default=None, ge=60)
    precision: int = Field(default=0, ge=0, le=6)
    public: bool = True
    personal: bool = False
    role: Literal["battery", "signal"] | None = None

    @model_validator(mode="after")
    def consistent(self) -> Quantity:
        """The range has an extent; what is personal is not public."""
        if self.range and self.range[0] >= self.range[1]:
            raise ValueError("a range begins below its end")
        if self.personal and self.public:
            raise ValueError("a personal quantity is not public")
        return self


class ByteField(Part):
    """A number in a LoRaWAN payload: value = (integer or float at ``byte``) * ``scale`` + ``offset``.

    ``bits`` [first, count] takes bits of an unsigned integer, 0 is the lowest. ``missing``: this raw number
    means that there is no reading. ``values``: what raw numbers stand for; one that is not named is no
    reading. ``block``: ``byte`` counts from the beginning of this block."""

    metric: Id
    block: Tag | None = None
    byte: int = Field(ge=0, le=255)
    type: Literal["u8", "i8", "u16", "i16", "u24", "i24", "u32", "i32", "f32"]
    order: Literal["big", "little"] = "big"
    bits: list[int] | None = Field(default=None, min_length=2, max_length=2)
    scale: float = 1.0
    offset: float = 0.0
    missing: int | None = None
    values: dict[Digits, float] = Field(default={})


class Decoder(Part):
    """The byte map of one port of a device model (LoRaWAN f_port; None: any). ``basis``: the maker's
    documentation, or a public decoder, that the map was written after. ``blocks``: the payload is a row of
    blocks, each behind a tag of two bytes; how many bytes follow which tag (four hex digits). A block that is
    not named ends the reading of the payload, one that is not there is no reading."""

    model: str = Field(default="", max_length=80)
    basis: str = Field(min_length=1, max_length=300)
    port: int | None = Field(default=None, ge=1, le=255)
    length: int | None = Field(default=None, ge=1, le=255)
    blocks: dict[Tag, int] = Field(default={})
    fields: list[ByteField] = Field(min_length=1, max_length=24)


class JsonField(Part):
    """A value in the JSON of a vendor's cloud: where it lies, in which unit, and how it becomes the
    quantity's. ``values`` maps words to numbers. ``when``: it is this quantity only if these paths hold these
    texts (a platform that sends one value a message with its name beside it)."""

    metric: Id
    path: Path
    when: dict[Path, str] = Field(default={})
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    values: dict[str, float] = Field(default={})


class JsonMap(Part):
    """What a vendor's cloud or an operator's platform sends: ``device`` and ``time`` are paths; ``rows`` is
    the path of an array whose entries each are one message. ``basis``: the document that describes the form,
    or that it is an example."""

    source: Id
    basis: str = Field(min_length=1, max_length=300)
    rows: Path | None = None
    device: Path
    time: Path | None = None
    time_format: Literal["iso", "s", "ms"] = "iso"
    fields: list[JsonField] = Field(min_length=1, max_length=24)


class Command(Part):
    """What the device can be told, by its shadow. ``values``: the words that are allowed, or None for a
    number within ``range``. ``timeout``: seconds until it counts as not done. ``danger``: what a person reads
    before confirming."""

    names: Texts
    values: dict[str, Texts] | None = None
    range: list[float] | None = Field(default=None, min_length=2, max_length=2)
    unit: str | None = None
    timeout: int = Field(default=60, ge=5, le=86_400)
    danger: Texts | None = None


class Expected(Part):
    """Rules of the profile by id: what raises during the sample, and what is still raised at its end."""

    raises: list[Id] = Field(default=[])
    active: list[Id] = Field(default=[])


class SampleRow(Part):
    """Messages: seconds from the start, and the quantities. ``times`` messages, one each ``every`` seconds
    (the profile's cadence when left out); a value [from, to] goes evenly from the first message to the last.
    """

    at: int = Field(ge=0, le=800 * 86_400)
    times: int = Field(default=1, ge=1, le=400)
    every: int | None = Field(default=None, ge=1, le=2_764_800)
    v: dict[Id, float | list[float]] = Field(min_length=1)

    @model_validator(mode="after")
    def consistent(self) -> SampleRow:
        """Values that move have both ends, and messages in between."""
        pairs = [value for value in self.v.values() if isinstance(value, list)]
        if any(len(pair) != 2 for pair in pairs) or (pairs and self.times < 2):
            raise ValueError("a value is a number, or [from, to] over at least two messages")
        return self


class Sample(Part):
    """Messages as a test; ``start`` is the city's own time of the first one; expected is what
    the profile's rules (also the inactive ones, as if a city had confirmed them) do, and which quality marks
    some reading gets."""

    id: Literal["normal", "alarming", "faulty"]
    start: str = Field(
        default="2026-03-02T10:00", pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]$"
    )
    rows: list[SampleRow] = Field(min_length=1, max_length=60)
    expect: Expected
    marks: list[Literal["range", "step", "stuck"]] = Field(default=[])


class Stage(Part):
    """Where the samples and the simulator play: a place on the map ([latitude, longitude]), and areas by the
    group that rules name, in the shapes of a city's file."""

    place: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    areas: dict[Id, list[dict[str, Any]]] = Field(default={})


class Model(Part):
    """The Smart Data Model that the profile corresponds to (None: there is no such model) and which
    attribute each quantity becomes."""

    name: str | None = Field(default=None, max_length=60)
    attributes: dict[Id, str] = Field(default={})
    note: str = Field(default="", max_length=300)


class Profile(Part):
    """What a kind of device measures. templates/devices/shared/standard.yaml adds what all have in common
    (functions/sensing/profiles.py).

    ``cadence``: usual seconds between two readings; None for a device that only speaks when something
    happens. ``heartbeat``: it speaks at least this often. ``lane``: urgent readings are seen and judged in
    seconds, routine ones within five minutes. ``code`` is the catalogue's. ``health``: which standard
    quantities of health it has. ``omitted``: what the catalogue names and the profile does not carry, and
    why. ``stage``: where its samples play.
    """

    format: Literal[2]
    id: Id
    version: int = Field(ge=1)
    code: str = Field(pattern=r"^DV[0-9]{2}$")
    names: Texts
    summary: Texts
    icon: Id
    lane: Literal["urgent", "routine"]
    cadence: int | None = Field(default=None, ge=1, le=2_678_400)
    heartbeat: int = Field(ge=1, le=2_764_800)
    emergency: bool = False
    retention: Literal["measurement", "personal", "event"] = "measurement"
    health: list[Literal["battery", "signal"]] = Field(default=[])
    quantities: dict[Id, Quantity] = Field(min_length=1, max_length=16)
    rules: list[AlarmRule] = Field(default=[], max_length=32)
    commands: dict[Id, Command] = Field(default={}, max_length=4)
    decoders: list[Decoder] = Field(default=[], max_length=4)
    mappings: list[JsonMap] = Field(default=[], max_length=4)
    model: Model
    omitted: list[str] = Field(default=[])
    stage: Stage = Stage()
    samples: list[Sample] = Field(min_length=3, max_length=3)
