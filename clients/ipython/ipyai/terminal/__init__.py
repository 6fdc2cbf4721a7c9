"""IPython in a kernel whose client is a terminal, or a window that shows text as one does.

Libraries ask IPython where they are: by the name of its class, by its ``kernel``, by its configuration, by the
environment. Here they are answered as in IPython's own terminal, so that tables are as wide as the window and progress
bars move. The launcher loads this package before anything of the user's runs.
"""
