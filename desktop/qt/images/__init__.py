"""Pictures for the screen, decoded off the GUI thread."""
