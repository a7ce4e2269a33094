"""Sound from a microphone, on the clock of the pictures."""
