"""Looking at pictures large."""
