"""What the account remembers: a SQLite database, content-addressed files, and the file that says who it is."""
