"""What people entered leaves the library as a file, and comes back."""
