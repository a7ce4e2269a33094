"""One module a command of `python -m training`, each with `register(commands)`."""
