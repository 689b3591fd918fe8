"""What is written beside the pixels: XMP, sidecars, and the lineage of generated pictures."""
