"""Alarm rules: compiled once, then fed with the readings of a device in order of time.

Everything here is pure: no clock, no store. What a rule remembers is a small JSON-able dict, so that
``evaluate(a + b)`` is ``evaluate(a)`` followed by ``evaluate(b)``. Times are Unix milliseconds."""

from functions.sensing.rules.build import compile_rules
from functions.sensing.rules.domain import Change, Memory, RuleSet
from functions.sensing.rules.engine import evaluate

__all__ = ["Change", "Memory", "RuleSet", "compile_rules", "evaluate"]
