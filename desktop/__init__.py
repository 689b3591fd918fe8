"""Plantain: a desktop asset browser that searches by meaning and creates from what it finds."""

__version__ = "0.1.0"
