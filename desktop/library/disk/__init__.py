"""Folders on disk: what is there, what has moved, what is away, and what is passed over."""
