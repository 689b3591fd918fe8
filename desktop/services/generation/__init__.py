"""Steps 7 and 8: prompt and references to a picture in the library."""
