"""Is the product in a generated picture the one in its reference? Found, and laid over it."""
