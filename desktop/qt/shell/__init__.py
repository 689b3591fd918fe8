"""The window itself: opening, closing, errors."""
