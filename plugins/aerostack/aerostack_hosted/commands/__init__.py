"""The commands of Aerostack's command line, found through the entry-point group ``aerostack.commands``."""
