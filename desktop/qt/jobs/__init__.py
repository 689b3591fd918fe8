"""Lanes: one thread and one queue per contended resource; and the line that shows their jobs."""
