"""The pages that people use in a browser: rendered here, over the same functions as the API."""
