"""Steps 1 to 4: folders on disk become searchable assets."""
