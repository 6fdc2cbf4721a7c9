"""``%paste`` and ``%cpaste``, as in IPython's terminal."""

import builtins

from IPython.core.error import UsageError
from IPython.core.magic import line_magic, magics_class
from IPython.terminal import magics

# They would ask Python's own standard input, not the person.
magics.get_pasted_lines.__defaults__ = (lambda prompt="": builtins.input(prompt), False)


@magics_class
class PasteMagics(magics.TerminalMagics):
    @line_magic
    def paste(self, parameter_s=""):
        try:
            return super().paste(parameter_s)
        except UsageError:
            raise
        except Exception as error:
            raise UsageError(
                f"No clipboard can be read where this Python runs ({error}). "
                "Paste with the key of your terminal, or use %cpaste."
            ) from error

    paste.__doc__ = magics.TerminalMagics.paste.__doc__
