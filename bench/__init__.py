"""How fast it is: `make bench`, or `python -m bench [startup|deploy|peers|edge|server]`."""
