"""Details of what is selected, and what people say about it."""
