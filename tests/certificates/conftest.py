"""The two-city world, made once a module and emptied after every test."""

from tests.emptied import towns, world

__all__ = ["towns", "world"]
