"""The command line's own parts: printing, the check-up, the demo and the self-test."""
