"""What processes of ours that work on strangers' data may not do: the system sees to it."""
