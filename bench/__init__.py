"""How fast it is: `make bench`, or `python -m bench [startup|deploy|edge]`."""
