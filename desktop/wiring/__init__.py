"""Composes an engine of the real parts, a module a group of them. No Qt.

The only room that picks adapters (which store, which encoder, which generators) and the only one
that turns settings and environment into the plain values that the rooms take.
"""
