"""What an image model changed, brought back to the picture that it was asked to change."""
