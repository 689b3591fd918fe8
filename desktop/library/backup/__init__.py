"""Copies of the catalogue, and its repair from them."""
