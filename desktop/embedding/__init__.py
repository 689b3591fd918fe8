"""3 · pixels or text to vectors: the CLIP encoder and the registry of models."""
