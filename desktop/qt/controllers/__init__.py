"""Join the window's signals to the engine's use cases, through the lanes."""
