"""What the launcher does before a kernel's packages are imported: finds out what the environment has of them, and adds
what it lacks. Imports the standard library only.
"""
