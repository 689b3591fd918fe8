"""Step 5: words and pictures to ranked assets; looking without searching."""
