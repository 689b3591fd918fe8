"""Changing a part of a picture, and cutting out what it shows."""
