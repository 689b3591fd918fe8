"""Use cases: each joins the rooms below into one thing that a person asks for."""
