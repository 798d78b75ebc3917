"""Tenancy: one YAML file is a city. Read, linted, compiled, planned, brought online step by step, listed,
exported.

States of a city: ``new`` (a registry row), ``onboarding`` (steps under way or failed), ``live``.
``registry`` and ``calendar`` are imported by every request and are light; the rest is for the command
line and the admin function, and imports pydantic and YAML only when it is used."""
