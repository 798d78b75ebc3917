"""Proof that the record of views and changes is whole: daily roots in object storage, and a check of
everything.

The chains themselves are written by functions/core/audit.py. A day is `open` until an hour after it ended
(UTC), then `sealed`: its root and its list of leaves never change again."""
