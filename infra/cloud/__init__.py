"""The local cloud: MiniStack in its own virtual environment, started, watched and stopped by us."""
