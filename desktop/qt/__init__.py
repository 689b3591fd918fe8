"""6 · what is seen: the window, its panels, and the lanes that keep work off the GUI thread."""
