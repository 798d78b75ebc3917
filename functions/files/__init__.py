"""Files that people hand in: they go straight to the storage, are looked at when they come back, and are
given out as attachments from another origin."""
