"""Sensors: readings come in as SenML over mutual TLS, are packed per device, shown, and raise incidents.

States: a device is active -> revoked; an alarm of a device and a rule is raised -> cleared.
"""
