"""The outside world behind small ports, each with its fake."""
