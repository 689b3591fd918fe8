"""What people do to their collection: duplicates, trash, sidecars."""
