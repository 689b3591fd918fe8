"""Keeping what people entered: copies of the catalogue, repair, and a way out of Plantain."""
