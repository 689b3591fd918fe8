"""Which models there are, and how they get here: registry, hub, import, the one in use."""
