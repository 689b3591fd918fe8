"""A model at work: its process, its arithmetic, its tokenizer."""
