"""One module a command of `livestyle`, each with `register(commands)`."""
