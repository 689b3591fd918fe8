"""All SQL: the database, its migrations, and one module for each kind of row."""
