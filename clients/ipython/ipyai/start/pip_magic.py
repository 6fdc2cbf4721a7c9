"""``%pip`` where the environment has no pip, as uv makes them: by uv, or by the pip that Python makes environments with."""

import importlib
import importlib.util
import shlex
import shutil
import sys

from . import environment

# What uv does as pip does.
_OF_UV = {"install", "uninstall", "list", "show", "freeze", "check"}


def install(shell) -> None:
    original = shell.magics_manager.magics["line"].get("pip")

    def pip(line):
        """Runs pip for this session's environment: ``%pip install NAME``."""
        importlib.invalidate_caches()
        # It may have been installed since.
        command = None if importlib.util.find_spec("pip") else _command(line)
        if command is None:
            return original(line)
        shell.system(command)
        importlib.invalidate_caches()

    shell.register_magic_function(pip, "line", "pip")


def _command(line: str):
    word, _, rest = line.strip().partition(" ")
    python = shlex.quote(sys.executable)
    if word in _OF_UV and shutil.which("uv"):
        return f"uv pip {word} --python {python} {rest}"
    wheel = environment.wheel_of_pip()
    return wheel and f"{python} {shlex.quote(wheel + '/pip')} {line}"
