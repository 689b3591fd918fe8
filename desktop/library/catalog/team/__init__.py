"""The library's part in a team."""
