"""Aerostack's API: one file per noun. Every call takes an ``Api`` and gives frozen values."""
