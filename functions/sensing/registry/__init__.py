"""The register of a city's devices: what each is, where it is, who owns it, which certificates speak for it.

States: planned -> active -> revoked (and active again with a new certificate), active -> retired (for ever).
A device is declared in the city's file or planned by a list; once it is registered its record here is the
truth."""
