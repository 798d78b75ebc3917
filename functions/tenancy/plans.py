"""The plans that a city can have and the most that each allows. They protect neighbours from each other;
prices come with billing."""

from __future__ import annotations

PLANS: dict[str, dict[str, int]] = {
    "hamlet": {
        "applications_per_day": 200,
        "messages_per_day": 20_000,
        "messages_per_device_per_day": 2_880,
        "ingest_per_minute": 300,
        "mails_per_day": 1_000,
        "sms_per_day": 50,
        "api_per_minute": 60,
        "api_city_per_minute": 300,
        "devices": 20,
        "staff": 10,
        "storage_mb": 2_000,
    },
    "town": {
        "applications_per_day": 2_000,
        "messages_per_day": 500_000,
        "messages_per_device_per_day": 17_280,
        "ingest_per_minute": 1_200,
        "mails_per_day": 10_000,
        "sms_per_day": 500,
        "api_per_minute": 120,
        "api_city_per_minute": 600,
        "devices": 500,
        "staff": 100,
        "storage_mb": 50_000,
    },
    "city": {
        "applications_per_day": 20_000,
        "messages_per_day": 10_000_000,
        "messages_per_device_per_day": 86_400,
        "ingest_per_minute": 6_000,
        "mails_per_day": 100_000,
        "sms_per_day": 5_000,
        "api_per_minute": 300,
        "api_city_per_minute": 3_000,
        "devices": 10_000,
        "staff": 2_000,
        "storage_mb": 1_000_000,
    },
}
