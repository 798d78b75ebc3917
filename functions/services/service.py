"""Use cases of the catalogue: which templates there are, reading one, and resolving it with a city's
override."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from functions.core import paths
from functions.services.errors import DefinitionError, Problem, UnknownTemplate
from functions.services.lint_base import LANGUAGES, Around
from functions.services.patch import apply_patch
from functions.services.patch_samples import follow
from functions.services.shaping import located, shaped

if TYPE_CHECKING:
    from functions.tenancy.source import Refused, Source


def template_ids() -> list[str]:
    """Ids of the templates that ship, in order."""
    return sorted(path.stem for path in (paths.templates() / "services").glob("*.yaml"))


def load(template_id: str) -> dict[str, Any]:
    """A template as its file says it, without defaults. Raises UnknownTemplate."""
    if template_id not in template_ids():
        raise UnknownTemplate(template_id, template_ids())
    raw = _read(template_id).data
    if not isinstance(raw, dict):
        raise DefinitionError(template_id, [Problem("", "the file is not a mapping")])
    return deepcopy(raw)


@lru_cache(maxsize=64)
def _read(template_id: str) -> Source:
    from functions.tenancy.source import Refused, read

    path = paths.templates() / "services" / f"{template_id}.yaml"
    try:
        return read(path.name, path.read_bytes())
    except Refused as error:
        raise DefinitionError(template_id, [unreadable(error)]) from None


def unreadable(error: Refused) -> Problem:
    """What is said of a file that is not YAML of our kind."""
    place = error.place
    line, column = (place.line, place.column) if place else (1, 1)
    return Problem("", error.sentence, line, column, "yaml")


def check_file(name: str, content: bytes, around: Around | None = None) -> list[Problem]:
    """Every problem of a template's file with its line and column; empty when it is sound."""
    from functions.tenancy.source import Refused, read

    try:
        source = read(name, content)
    except Refused as error:
        return [unreadable(error)]
    return located(problems_of(source.data, around), source)


def problems_of(raw: Any, around: Around | None = None) -> list[Problem]:
    """Every problem of shape or, when the shape is right, of meaning."""
    from functions.services.lint import lint

    definition, problems = shaped(raw)
    return lint(definition, around) if definition else problems


def resolve(
    template_id: str,
    override: dict[str, Any] | None = None,
    *,
    department: str = "",
    around: Around | None = None,
    languages: Sequence[str] = LANGUAGES,
) -> dict[str, Any]:
    """The definition a city uses, as plain JSON with all defaults, its `template` and its `digest` (sha256,
    hex).

    `override` is a patch (functions/services/patch.py); `department` is the city's; `around` says what the
    city speaks and offers (`languages` alone says the first). The template's sample cases run, as the
    override leaves them; they do not go live. Raises DefinitionError with every problem of shape or, when
    the shape is right, of meaning.
    """
    return made_live(template_id, load(template_id), override, department, around or Around(languages))


def made_live(
    template_id: str, raw: dict[str, Any], override: dict[str, Any] | None, department: str, around: Around
) -> dict[str, Any]:
    """What :func:`resolve` says, of any definition: `raw` is a template, or what a city wrote itself."""
    from functions.services.lint import lint

    patched, problems = apply_patch(raw, override or {})
    if override:
        follow(patched, raw, override)
    definition, wrong = shaped(patched)
    if definition is None:
        raise DefinitionError(template_id, [*problems, *wrong])
    if department:
        definition["service"]["department"] = department
    problems += lint(definition, around)
    if problems:
        raise DefinitionError(template_id, problems)
    del definition["tests"]
    definition["template"] = template_id
    definition["digest"] = digest(definition)
    return definition


def digest(definition: dict[str, Any]) -> str:
    """sha256 (hex) of a definition's canonical JSON; its own `digest` left out."""
    rest = {key: value for key, value in definition.items() if key != "digest"}
    canonical = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
