"""What a model has done in Python: code and the user's functions, and which code may run unasked."""
