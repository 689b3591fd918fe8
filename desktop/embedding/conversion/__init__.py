"""A model's networks in the form that the inference runtime reads: made once, kept, found again."""
