"""1 · folders to catalogue, and 8 · how a generated picture is imported."""
