"""Townkit's features, one folder each; app.py composes them. See docs/architecture.md for the map."""
