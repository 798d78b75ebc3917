"""A city's file to a checked model. Everything that can be wrong with its shape ends in one ``Refused``
sentence with file, line and column; what it means is for lint.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from functions.tenancy.schemas import CityFile
from functions.tenancy.shape_words import rank, sentence
from functions.tenancy.source import MAX_BYTES, Refused, Source, read

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class LoadedCity:
    """The model, the text with its places, and the folder that files named in it are relative to."""

    city: CityFile
    source: Source
    folder: FilePath


def load_city(path: FilePath) -> LoadedCity:
    """The city in a file. Raises Refused."""
    return LoadedCity(*parse_city(str(path), _bytes(path)), path.parent)


def parse_city(name: str, content: bytes) -> tuple[CityFile, Source]:
    """The city in a file's bytes. Raises Refused."""
    source = read(name, content)
    return check_shape(CityFile, source), source


def check_shape(model: type[Model], source: Source) -> Model:
    """The data as ``model``; raises Refused with the first thing that does not fit."""
    if not isinstance(source.data, dict):
        raise Refused(
            source.name, "the file must be a mapping with keys such as id: and names:", source.place(())
        )
    try:
        return model.model_validate_json(json.dumps(source.data))
    except ValidationError as error:
        first = min(error.errors(include_url=False), key=lambda e: rank(e["type"]))
        path = tuple(part for part in first["loc"] if part != "[key]")
        raise source.refuse(path, sentence(model, first, path)) from None
    except (ValueError, RecursionError):
        raise Refused(source.name, "the file holds a value that is too large to read") from None


def _bytes(path: FilePath) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Refused(
                str(path), f"the file has {path.stat().st_size:,} bytes; at most {MAX_BYTES:,} are allowed"
            )
        return path.read_bytes()
    except OSError as error:
        raise Refused(str(path), f"the file cannot be read: {error.strerror or error}") from None
