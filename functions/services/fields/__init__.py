"""The types of question that a form can ask: how each is typed, read kindly, checked, kept, shown again,
written out, exported and seen by expressions. Pure: no store, no clock.

An answer is a JSON value (see the class of its type), None when the question was not answered. `Typed` maps
the names of inputs to what was typed, so that a page can show a refused attempt exactly as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from functions.services.fields.bank import BankAccount
from functions.services.fields.base import Answer, Kind, Problem, Rules, Typed
from functions.services.fields.choices import Declaration, ManyOf, OneOf, Rating, Select, YesNo
from functions.services.fields.dates import Date, date_parts
from functions.services.fields.map_point import MapPoint
from functions.services.fields.numbers import Money, Number
from functions.services.fields.paper import OnPaper, on_paper
from functions.services.fields.people import DocumentNumber, Email, Name, Phone, VehiclePlate
from functions.services.fields.places import Address
from functions.services.fields.registry import (
    KINDS,
    as_typed,
    check,
    display,
    displayed,
    export,
    expression_value,
    inline,
    inputs,
    kind_of,
    own,
    read,
    sentence,
    shown,
    view,
)
from functions.services.fields.rows import Rows, Table, change_rows, grow, shrink
from functions.services.fields.shown_only import Calculated, File, Statement, problem_of_upload
from functions.services.fields.texts import Textarea, TextLine
from functions.services.fields.times import DateRange, Time

__all__ = [
    "KINDS", "Answer", "Kind", "OnPaper", "Problem", "Rules", "Typed", "as_typed", "change_rows",
    "check", "date_parts", "display", "displayed", "export", "expression_value", "grow", "inline", "inputs",
    "kind_of", "on_paper", "own", "problem_of_upload", "read", "rules_of", "sentence", "shown", "shrink",
    "view",
]  # fmt: skip

KINDS.update(
    text=TextLine(),
    textarea=Textarea(),
    number=Number(),
    money=Money(),
    date=Date(),
    time=Time(),
    date_range=DateRange(),
    yes_no=YesNo(),
    radios=OneOf(),
    checkboxes=ManyOf(),
    select=Select(),
    name=Name(),
    address=Address(),
    email=Email(),
    phone=Phone(),
    identity_number=DocumentNumber("identity"),
    organisation_number=DocumentNumber("organisation"),
    vehicle_plate=VehiclePlate(),
    bank_account=BankAccount(),
    file=File(),
    declaration=Declaration(),
    map_point=MapPoint(),
    group=Rows(),
    table=Table(),
    calculated=Calculated(),
    statement=Statement(),
    rating=Rating(),
)


def rules_of(config: Mapping[str, Any], today: date) -> Rules:
    """The rules of a city's compiled configuration on the city's date."""
    profile: Mapping[str, Any] = config.get("country_profile") or {}
    return Rules(
        country=str(config["country"]),
        today=today,
        identity=profile.get("identity") or {},
        address=(profile.get("address") or {}).get("lines") or (),
        organisation=profile.get("organisation") or {},
        currency=str(config.get("currency") or ""),
        bbox=config.get("bbox") or (),
        centre=config.get("centre") or {},
    )
