"""Videos to the frames that stand for their scenes."""
