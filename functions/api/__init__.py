"""The programming interface, ``/{city}/api/v1``: the same use cases, checks, audit and limits as the pages,
for programs that hold a key. A key is live until it expires or an admin revokes it; a webhook is active until
it is removed, fails for too long, or loses its key."""
