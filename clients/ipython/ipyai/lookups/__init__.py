"""What a server, an editor or a model asks of live objects: read without running anybody's code, but where it is said."""
