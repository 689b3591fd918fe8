"""Decoders in confined processes of their own, which may crash, hang or be compromised."""
