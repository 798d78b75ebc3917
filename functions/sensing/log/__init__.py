"""Readings at rest: a log for every shard of devices, a board of latest values, an item per device and day.

What is stored of a device is the set of its distinct readings, so neither order nor repetition of messages
can matter. Everything but store.py, read.py, files.py and tasks.py is pure. Times are Unix milliseconds."""
