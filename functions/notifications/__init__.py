"""Telling people: an outbox row in the transaction of what happened, a pointer after the commit, a worker
that reads again inside the city's scope and sends. States of a row: pending -> sent. A sweep sends
pointers for what is pending."""
