"""A library whose annotations others share."""
