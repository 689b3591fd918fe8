"""4/5 · vectors to asset ids and back: the Milvus collection, and a copy in memory."""
