"""Widgets that paint what a model holds."""
