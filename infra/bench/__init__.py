"""Measures what we promise, each as a ratio of two things measured side by side, and writes
docs/benchmarks.md.

Run by `make bench`, apart from the tests; it fails when a limit is passed."""
