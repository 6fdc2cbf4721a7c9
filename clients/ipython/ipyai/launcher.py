"""Starts an IPython kernel without the debugger: faster, and ``breakpoint()`` works.

``python launcher.py -f CONNECTION_FILE [arguments of ipykernel]``
"""

import os
import sys


def main() -> None:
    # This file's folder is not a place for the user's imports.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.getcwd()) != here]
    # The kernel leaves the debugger out when it cannot be imported; the user can import it later all the same.
    hidden = [name for name in ("debugpy",) if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None
    arguments = ["--HistoryManager.db_log_output=True", *sys.argv[1:]]
    sys.argv = [""]
    try:
        from ipykernel.kernelapp import IPKernelApp
    except ImportError as error:
        sys.exit(f"{sys.executable} has no ipykernel ({error}): run {sys.executable} -m pip install ipykernel")
    app = IPKernelApp.instance()
    app.initialize(arguments)
    for name in hidden:
        if sys.modules.get(name, name) is None:
            del sys.modules[name]
    app.start()


if __name__ == "__main__":
    main()
