"""Everything that can be done, found by its name and shown with its keys."""
