"""An aerostack backend that deploys into a folder: the smallest complete one, and the example of the tutorial."""
