"""Folders on disk: what is there, what has changed, what is passed over; no SQL."""
