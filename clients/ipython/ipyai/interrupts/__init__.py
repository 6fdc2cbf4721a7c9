"""What is reached only from outside: a look-up that nobody waits for any more, a signal that Python has not noticed."""
