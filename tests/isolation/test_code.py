"""About the code itself: nothing that outlives a request could be another city's; no route, no queue is
forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import app
from functions.web.blueprint import ROUTES, Access
from infra.packaging.template import load_fragments

ROOT = Path(__file__).parents[2]
MUTATORS = {
    "add",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "setdefault",
    "update",
    "move_to_end",
}
CACHES = {"cache", "lru_cache", "cached_property"}

# What outlives a request, and why no city can find another's in it.
KEPT = {
    "functions/api/webhooks:_known": "by city",
    "functions/core/aws:_clients": "their keys are read from the open scope at every signature",
    "functions/core/aws:_session": "the process's own",
    "functions/core/i18n:_catalogues": "the product's texts",
    "functions/core/log:_logger": "the process's own",
    "functions/core/sessions:_cache": "by city and purpose",
    "functions/core/settings:parameter": "the installation's own",
    "functions/core/settings:settings": "the installation's own",
    "functions/core/store:_connections": "by table; the client under it follows the scope",
    "functions/core/store:_shared": "the client under it follows the scope",
    "functions/core/usage:_memory": "by city and day",
    "functions/core/usage:_since": "by city",
    "functions/identity/service:provider": "the installation's own",
    "functions/sensing/profile_lint:icons": "the product's drawings",
    "functions/sensing/profiles:_packed": "the catalogue's files",
    "functions/sensing/profiles:_standard": "the catalogue's files",
    "functions/sensing/profiles:for_city": "the catalogue's files",
    "functions/sensing/profiles:load": "the catalogue's files",
    "functions/sensing/log/rulesets:_made": "by city and device",
    "functions/sensing/rules/hours:_spans": "by hours, place and day: the sun is the same for all",
    "functions/sensing/rules/sun:_sun_at": "by place and day: the sun is the same for all",
    "functions/sensing/log/taking:_logs": "by city and shard",
    "functions/sensing/quota:_counts": "by city",
    "functions/sensing/quota:_devices": "by city, device and day",
    "functions/sensing/sources/refusals:_hours": "by city, device and hour",
    "functions/sensing/sources/refusals:_seen": "by city; holds ids of messages only",
    "functions/sensing/sources/refusals:_since": "by city",
    "functions/sensing/sources/refusals:_sums": "by city",
    "functions/sensing/quota:_taken": "by city; holds ids of messages only",
    "functions/services/domain:_kept_forms": "by digest: what has the same digest is the same",
    "functions/services/expressions:compile": "by the text of an expression",
    "functions/services/finder_index:synonyms": "the catalogue's files",
    "functions/services/definitions:_kept": "by city and digest",
    "functions/services/lint:rules": "filled at import",
    "functions/services/lint_base:RULES": "filled at import",
    "functions/services/reading_order:names": "by the text of an expression",
    "functions/services/samples:_currency": "the catalogue's files",
    "functions/services/service:_read": "the catalogue's files",
    "functions/tenancy/catalogue:_resolved": "by what a city's file says of a service; in the command line",
    "functions/tenancy/country:country": "the catalogue's files",
    "functions/tenancy/country:shared_texts": "the catalogue's files",
    "functions/tenancy/lint:rules": "filled at import",
    "functions/tenancy/lint_base:RULES": "filled at import",
    "functions/tenancy/registry:_found": "by city",
    "functions/tenancy/registry:_unknown": "by name; holds times only",
    "functions/web/assets:manifest": "the product's files",
    "functions/web/blueprint:ROUTES": "filled at import",
    "functions/web/frame:_frames": "by city, version and language; nothing of a visitor in it",
    "functions/web/rendering:environment": "the product's templates",
}


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _module_names(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def _changed(node: ast.AST) -> Iterator[str]:
    """Names whose object a statement changes, or that it binds anew for the whole module."""
    if isinstance(node, ast.Global):
        yield from node.names
    changed: ast.AST | None = None
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        changed = node.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
        changed = node.func.value
    if isinstance(changed, ast.Name):
        yield changed.id


def _decorators(function: ast.FunctionDef) -> set[str]:
    bare = (item.func if isinstance(item, ast.Call) else item for item in function.decorator_list)
    return {item.id if isinstance(item, ast.Name) else getattr(item, "attr", "") for item in bare}


def kept_state() -> set[str]:
    """``module:name`` of all that survives a request in a warm process."""
    found = set()
    for path in (ROOT / "functions").rglob("*.py"):
        tree = ast.parse(path.read_text())
        names, where = _module_names(tree), path.relative_to(ROOT).with_suffix("").as_posix()
        for function in _functions(tree):
            if CACHES & _decorators(function) and "cached_property" not in _decorators(function):
                found.add(f"{where}:{function.name}")
            changed = {name for node in ast.walk(function) for name in _changed(node)}
            local = {arg.arg for arg in function.args.args}
            found |= {f"{where}:{name}" for name in (changed & names) - local}
    return found


def test_what_outlives_a_request_is_known_and_belongs_to_no_one_city() -> None:
    assert kept_state() == KEPT.keys()


def test_state_that_is_not_known_would_be_found() -> None:
    tree = ast.parse("LAST = {}\ndef view(ctx):\n    LAST['case'] = ctx.case\n    LAST.update(a=1)\n")
    (view,) = _functions(tree)
    assert {name for node in ast.walk(view) for name in _changed(node)} & _module_names(tree) == {"LAST"}


def test_every_route_says_who_may_use_it() -> None:
    declared = {(route.method, route.path) for route in ROUTES}
    served = {(method, path) for path, methods in app.app.routes.items() for method in methods}
    assert served == declared, "a route that is not declared with CityBlueprint.page has no rule of access"
    assert {route.access for route in ROUTES} <= set(get_args(Access))
    assert all(("{city}" in route.path) != (route.access == "platform") for route in ROUTES)
    console = {route.path for route in ROUTES if "/console" in route.path and route.access != "staff"}
    assert console == {f"/{{city}}/console/{name}" for name in ("sign-in", "sign-in/done", "signed-out")}


def _mentions(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        at = value.get("Fn::GetAtt")
        named = value.get("Ref") == name or (isinstance(at, list) and at[:1] == [name])
        return named or any(_mentions(entry, name) for entry in value.values())
    return isinstance(value, list) and any(_mentions(entry, name) for entry in value)


def test_every_queue_is_written_to_and_looked_after() -> None:
    template = load_fragments()
    settings, resources = template["Globals"]["Function"]["Environment"], list(template["Resources"].values())
    properties = [one.get("Properties", {}) for one in resources]
    alarms = [one for one in resources if one.get("Type") == "AWS::CloudWatch::Alarm"]
    queues = [name for name, one in template["Resources"].items() if one.get("Type") == "AWS::SQS::Queue"]
    assert queues
    for queue in queues:
        consumed = any(_mentions(one.get("Events", {}), queue) for one in properties)
        dead = any(_mentions(one.get("RedrivePolicy", {}), queue) for one in properties)
        watched = any(_mentions(one, queue) for one in alarms)
        assert consumed or (dead and watched) or _mentions(settings, queue), f"nobody uses {queue}"
