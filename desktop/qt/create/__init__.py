"""The generation panel."""
