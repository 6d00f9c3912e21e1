"""Explains what a company's own code throws at start."""
