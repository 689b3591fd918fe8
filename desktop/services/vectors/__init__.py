"""The catalogue and the vector store in agreement, wherever that store is."""
