"""2 · files to pixels, and what is made from pixels and written beside them."""
