"""The terms under which the city runs: privacy and retention, plan and limits."""

from __future__ import annotations

from pydantic import Field

from functions.tenancy.schema_base import Days, Email, Part, Texts


class Retention(Part):
    """How long each kind of record is kept, in days. The country's profile has the shortest and longest
    allowed."""

    drafts: Days = Field(default=14, description="applications that were never sent")
    applications: Days = Field(description="approved applications and their certificates, from the decision")
    refused: Days = Field(description="refused or withdrawn applications, from the decision")
    uploads: Days = Field(description="files handed in, from the decision")
    incidents: Days = Field(description="incidents and work orders, from the day they are resolved")
    readings: Days = Field(description="single sensor readings")
    readings_personal: Days | None = Field(
        default=None, description="readings that say something about people; left out, as all readings"
    )
    readings_events: Days | None = Field(
        default=None, description="readings of devices that report events; left out, as all readings"
    )
    rollups: Days | None = Field(
        default=None, description="hour and day figures of readings; left out, as long as the readings"
    )
    logs: Days = Field(description="technical logs without personal content")
    audit: Days = Field(description="who saw or changed what")


class Privacy(Part):
    """``controller`` is who answers for the data; without ``email`` the privacy notice cannot be published.
    ``controller`` is who answers for the data; without ``email`` the privacy notice cannot be published."""

    controller: Texts
    email: Email | None = None
    retention: Retention


class Limits(Part):
    """The city's own limits. What is left out is the plan's; none may be above the plan's."""

    applications_per_day: int | None = Field(default=None, ge=0)
    messages_per_day: int | None = Field(default=None, ge=0, description="messages of all devices")
    messages_per_device_per_day: int | None = Field(default=None, ge=0, description="messages of one device")
    ingest_per_minute: int | None = Field(
        default=None, ge=0, description="messages of one LoRaWAN network or vendor's cloud"
    )
    mails_per_day: int | None = Field(default=None, ge=0)
    sms_per_day: int | None = Field(default=None, ge=0, description="text messages; 0 turns them off")
    api_per_minute: int | None = Field(default=None, ge=0, description="requests with one key of a program")
    api_city_per_minute: int | None = Field(default=None, ge=0, description="requests with all keys together")
    devices: int | None = Field(default=None, ge=0)
    staff: int | None = Field(default=None, ge=0)
    storage_mb: int | None = Field(default=None, ge=0)


class Plan(Part):
    name: str
    limits: Limits = Limits()
