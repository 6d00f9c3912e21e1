"""``/api/v1/cli``: the contract of existing Aerostack clients, to the letter."""
