"""One way to open every format: read the header, check the size, then make the pixels."""
