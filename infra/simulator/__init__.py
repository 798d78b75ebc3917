"""Simulated devices: the same certificates, the same MQTT and the same messages as real ones."""
