"""Qt models: thin adapters over plain data."""
