"""Where things live, what the person prefers, and what must stay secret."""
