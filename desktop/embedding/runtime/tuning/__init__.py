"""Makes a loaded network faster on this computer without changing what it says."""
