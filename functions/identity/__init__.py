"""Who works for a city: hosted sign-in proves the person, the city's own staff record gives membership and
roles.

A session is `live`, `idle` (no request for half an hour) or `ended` (twelve hours); removing the staff
record ends it at the next request."""
