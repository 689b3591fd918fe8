"""Words that every room shares; standard library and numpy types only, no Qt, no I/O."""
