"""Lanes: one thread and one queue per contended resource."""
