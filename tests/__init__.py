"""Tests mirror functions/; isolation/, infra/, e2e/ and bad/ stand beside."""
