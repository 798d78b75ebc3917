"""The console in front of two cities with sensors."""

from tests.sensing.registry.conftest import admin, client, iot

__all__ = ["admin", "client", "iot"]
