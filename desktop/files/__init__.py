"""Writing whole files or none, hashing, and guarded reading: the only room that replaces a file."""
