"""DynamoDB calls and capacity units of every page route."""

from __future__ import annotations

from functions.web.blueprint import ROUTES
from infra.bench.figures import Figure, Section, Table
from infra.bench.meter import Spent
from infra.bench.walk import Counts, visit_everything, walking

Key = tuple[str, str]
PUBLIC, STAFF, WORKSHOP = 2.0, 4.0, 8.0
# Pages that an admin opens seldom: they read what is decided, what is registered and, for a try, a month.
SELDOM = {("GET", f"/{{city}}/console/{path}") for path in ("calls/{thing}", "rules", "rules/try", "sources")}
AUDIT = "TransactWriteItems"
# The page that somebody opens who is called for help: it records the view and keeps to a public page's limit.
CALL = ("GET", "/{city}/sos/{code}")
APPLICATION = ("POST", "/{city}/apply/{draft}/check")
ANSWER = ("POST", "/{city}/apply/{draft}/{page}")
HOW = """\
A browser walks through every route of the demo city Oakville, from the start page to a revoked
certificate, against the real code with AWS played in the process. Calls are those of DynamoDB's interface
(a batch or a transaction is one); units are computed from the items by DynamoDB's published rules. Of
several requests to a route the one with the most calls counts. The configuration is cached, as in a
function that served the city within the last 30 seconds; the first page of a fresh process is a row of
its own. Four pages on which an admin looks after rules, sources and contacts may take eight and are a
figure of their own. A public page may take two calls, and so may the page of somebody who is called for
help, though it records its view. A staff page, and any other page that records an audit event before its
answer (a citizen's view of an application, the return from the sign-in service), may take four. Pages are
counted in memory and written together, at most every 30 seconds or 200 pages, with one call that is not in
these rows."""


def measure() -> Section:
    """The walk, judged; fails when a route was not walked."""
    with walking() as browser:
        first, found = visit_everything(browser)
    access: dict[Key, str] = {(route.method, route.path): route.access for route in ROUTES}
    if missing := sorted(key for key in access.keys() - found.keys() if access[key] != "api"):
        raise RuntimeError(f"not measured: {missing}")
    rows = [["GET", "/{city}/services/{service} in a fresh process", "public", *_numbers(first)]]
    rows += [
        [*key, access.get(key, "api"), *_numbers(found[key])]
        for key in sorted(found, key=lambda key: (key[1], key[0]))
    ]
    heading = ["", "route", "access", "calls", "read units", "write units"]
    return Section("DynamoDB calls and capacity units", HOW, _figures(found, access), [Table(heading, rows)])


def _numbers(spent: Spent) -> list[str]:
    return [f"{len(spent.calls)}", f"{spent.rru:g}", f"{spent.wru:g}"]


def _figures(found: Counts, access: dict[Key, str]) -> list[Figure]:
    pages = {key: spent for key, spent in found.items() if key[0] == "GET" and key in access}
    programs = {key: spent for key, spent in found.items() if key not in access}
    viewing = {key for key, spent in pages.items() if access[key] == "staff" or AUDIT in spent.calls} - {CALL}
    sent, answered = found[APPLICATION], found[ANSWER]
    return [
        _worst(
            "DynamoDB calls of a public page, the most",
            {key: pages[key] for key in pages.keys() - viewing},
            PUBLIC,
        ),
        _worst(
            "DynamoDB calls of a page for staff with its audit write, the most",
            {key: pages[key] for key in viewing - SELDOM},
            STAFF,
        ),
        _worst(
            "DynamoDB calls of a page on which an admin looks after rules and sources, the most",
            {key: pages[key] for key in SELDOM},
            WORKSHOP,
        ),
        Figure("DynamoDB calls of a page answered", len(answered.calls), "calls", None, _units(answered)),
        Figure("DynamoDB calls of a submitted application", len(sent.calls), "calls", None, _units(sent)),
        _worst("DynamoDB calls of a program's request, the most", programs, None),
    ]


def _units(spent: Spent) -> str:
    return f"{spent.rru:g} read and {spent.wru:g} write units"


def _worst(name: str, pages: Counts, limit: float | None) -> Figure:
    key, spent = max(pages.items(), key=lambda pair: len(pair[1].calls))
    return Figure(name, len(spent.calls), "calls", limit, f"`{key[1]}`: {', '.join(spent.calls) or 'none'}")
