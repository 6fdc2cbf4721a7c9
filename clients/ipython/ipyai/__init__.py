"""ipyai's Python side: what runs inside the live interpreter.

A server sends these modules as source into a kernel, where they live as ``_ipyai`` in ``sys.modules`` and leave
no name in the user's namespace. They need the standard library and IPython only.
"""
