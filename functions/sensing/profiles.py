"""The catalogue of device profiles, templates/devices/*.yaml. Read when a city's file is compiled, not on a
page.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from functions.core import paths


def profile_ids() -> list[str]:
    """Ids of the profiles that ship."""
    return sorted(path.stem for path in (paths.templates() / "devices").glob("*.yaml"))


@lru_cache(maxsize=64)
def load(profile_id: str) -> dict[str, Any]:
    """A profile as plain JSON; ``quantities`` maps a metric to unit, names, range, precision and public.

    Raises KeyError for an unknown profile, ValueError for a file that is not one."""
    if profile_id not in profile_ids():
        raise KeyError(profile_id)
    from ruamel.yaml import YAML

    from functions.sensing.schemas import Profile

    text = (paths.templates() / "devices" / f"{profile_id}.yaml").read_text(encoding="utf-8")
    profile = Profile.model_validate(YAML(typ="safe", pure=True).load(text)).model_dump()
    if profile["id"] != profile_id:
        raise ValueError(f"the file {profile_id}.yaml describes {profile['id']}")
    return profile
