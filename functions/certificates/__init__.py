"""Certificates: issued with an approval, shown to the holder, verified by anyone, revoked with a reason.

A certificate is `valid`, `expired` (its last day is over in the city's time zone) or `revoked`. Its
verification token is derived from the stage's secret and stored hashed only."""
