"""Use cases of the catalogue: which templates there are, reading one, and resolving it with a city's
override."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

from functions.core import paths
from functions.services.errors import DefinitionError, Problem, UnknownTemplate

LANGUAGES = ("en", "zh-Hans")


def template_ids() -> list[str]:
    """Ids of the templates that ship, in order."""
    return sorted(path.stem for path in (paths.templates() / "services").glob("*.yaml"))


def load(template_id: str) -> dict[str, Any]:
    """A template as its file says it, without defaults. Raises UnknownTemplate."""
    if template_id not in template_ids():
        raise UnknownTemplate(template_id, template_ids())
    return deepcopy(_read(template_id))


@lru_cache(maxsize=64)
def _read(template_id: str) -> dict[str, Any]:
    from ruamel.yaml import YAML

    raw = YAML(typ="safe", pure=True).load(paths.templates() / "services" / f"{template_id}.yaml")
    if not isinstance(raw, dict):
        raise DefinitionError(template_id, [Problem("", "the file is not a mapping")])
    return raw


def resolve(
    template_id: str,
    override: dict[str, Any] | None = None,
    *,
    department: str = "",
    languages: Sequence[str] = LANGUAGES,
) -> dict[str, Any]:
    """The definition a city uses, as plain JSON with all defaults, its `template` and its `digest` (sha256,
    hex).

    `override` is a patch (functions/services/patch.py); `department` is the city's, `languages` are what
    it must speak. The sample cases do not go live. A template's own run on the template; with an override
    those that it brings run. Raises DefinitionError with every problem of shape or, when the shape is
    right, of meaning.
    """
    from functions.services.lint import lint
    from functions.services.patch import apply_patch

    patched, problems = apply_patch(load(template_id), override or {})
    definition = _shaped(template_id, patched, problems)
    if department:
        definition["service"]["department"] = department
    if override:
        brought = {sample["id"] for sample in override.get("tests") or ()}
        definition["tests"] = [sample for sample in definition["tests"] if sample["id"] in brought]
    problems += lint(definition, languages)
    if problems:
        raise DefinitionError(template_id, problems)
    del definition["tests"]
    definition["template"] = template_id
    definition["digest"] = digest(definition)
    return definition


def _shaped(template_id: str, raw: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    from pydantic import ValidationError

    from functions.services.schemas import parse

    try:
        return parse(raw)
    except ValidationError as error:
        found = [
            Problem(".".join(map(str, one["loc"])), _sentence(one)) for one in error.errors(include_url=False)
        ]
        raise DefinitionError(template_id, [*problems, *found]) from None


def _sentence(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return "this key is not known"
    return str(error["msg"])


def digest(definition: dict[str, Any]) -> str:
    """sha256 (hex) of a definition's canonical JSON; its own `digest` left out."""
    rest = {key: value for key, value in definition.items() if key != "digest"}
    canonical = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
