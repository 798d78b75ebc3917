"""Makes botocore's descriptions of services small. A client reads them whole when it is made, and most of a
first client's time went into texts for people and into endpoints of services that nobody calls.

Only the layer's copy is touched. What botocore acts on (operations, shapes, endpoints, rules) stays.
"""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

# A service of which the functions call few operations; the rest of the description goes.
OPERATIONS = {"ssm": {"GetParameter"}, "sns": {"Publish"}}


def slim(data: Path, services: set[str]) -> None:
    """Reduce ``botocore/data`` to some services, without documentation."""
    prefixes = set(services)
    for entry in [entry for entry in data.iterdir() if entry.is_dir()]:
        if entry.name not in services:
            shutil.rmtree(entry)
            continue
        for path in entry.glob("*/service-2.json.gz"):
            prefixes.add(_slim_description(path, OPERATIONS.get(entry.name)))
        for path in entry.glob("*/examples-1.json"):
            path.unlink()
    _slim_endpoints(data / "endpoints.json", prefixes)


def _slim_description(path: Path, operations: set[str] | None) -> str:
    """Rewrite one description; returns the service's name in endpoints.json."""
    description: dict[str, Any] = _without_texts(json.loads(gzip.decompress(path.read_bytes())))
    for parameter in description.get("clientContextParams", {}).values():
        parameter["documentation"] = ""  # botocore reads it when it makes such a client (S3)
    if operations:
        _keep_operations(description, operations)
    text = json.dumps(description, separators=(",", ":"), ensure_ascii=False)
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return str(description["metadata"]["endpointPrefix"])


def _without_texts(value: Any) -> Any:
    """Without ``documentation``, unless it is a member of that name."""
    if isinstance(value, dict):
        return {
            name: _without_texts(one)
            for name, one in value.items()
            if name != "documentation" or not isinstance(one, str)
        }
    return [_without_texts(one) for one in value] if isinstance(value, list) else value


def _keep_operations(description: dict[str, Any], operations: set[str]) -> None:
    kept = {name: description["operations"][name] for name in sorted(operations)}
    shapes, waiting = {}, [shape for one in kept.values() for shape in _shapes_in(one)]
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = description["shapes"][name]
            waiting += _shapes_in(shapes[name])
    description |= {"operations": kept, "shapes": shapes}


def _shapes_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["shape"]] if isinstance(value.get("shape"), str) else []
        return own + [name for one in value.values() for name in _shapes_in(one)]
    return [name for one in value for name in _shapes_in(one)] if isinstance(value, list) else []


def _slim_endpoints(path: Path, prefixes: set[str]) -> None:
    endpoints = json.loads(path.read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: one for name, one in services.items() if name in prefixes}
    path.write_text(json.dumps(endpoints, separators=(",", ":")), encoding="utf-8")
