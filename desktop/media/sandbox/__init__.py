"""Decoders that may crash, hang or be attacked, in processes of their own."""
