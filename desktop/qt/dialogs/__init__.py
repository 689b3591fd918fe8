"""Windows that ask or explain; none knows the engine."""
