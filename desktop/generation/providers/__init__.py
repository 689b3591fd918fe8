"""The services that make pictures, a module each; see ``generation.provider``."""
