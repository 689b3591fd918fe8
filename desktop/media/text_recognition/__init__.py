"""Text in pictures: found and read by networks, in decoder processes of their own."""
