"""7 · prompt and references to pictures: Gemini, and the offline mood board."""
