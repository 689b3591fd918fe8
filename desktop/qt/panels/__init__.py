"""Panels: emit what a person asked for, show what they are told. They know no engine."""
