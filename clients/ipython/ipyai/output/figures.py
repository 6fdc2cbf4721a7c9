"""matplotlib's figures as pictures, in a shell that may not have set matplotlib up yet."""

import sys


class Printer:
    """Makes matplotlib figures into PNG even before IPython has set matplotlib up in this kernel."""

    def __init__(self, shell):
        self._formatter = shell.display_formatter.formatters.get("image/png")
        self._added = None

    def __enter__(self):
        name = ("matplotlib.figure", "Figure")
        formatter = self._formatter
        if formatter is None or name in formatter.deferred_printers:
            return
        module = sys.modules.get("matplotlib.figure")
        if module is not None and module.Figure in formatter.type_printers:
            return
        formatter.deferred_printers[name] = _figure_png
        self._added = name

    def __exit__(self, *_exception):
        formatter = self._formatter
        if self._added is None:
            return
        formatter.deferred_printers.pop(self._added, None)
        module = sys.modules.get("matplotlib.figure")
        if module is not None and formatter.type_printers.get(module.Figure) is _figure_png:
            formatter.type_printers.pop(module.Figure, None)


def _figure_png(figure):
    import io

    picture = io.BytesIO()
    figure.savefig(picture, format="png", bbox_inches="tight")
    return picture.getvalue()


def open_figures() -> set:
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    return set(helpers.Gcf.figs) if helpers else set()


def show_new(before: set, capture) -> None:
    """Shows and closes figures that the code left open, as the inline backend does after a cell."""
    inline = sys.modules.get("matplotlib_inline.backend_inline")
    if inline is None:
        return
    pyplot = sys.modules["matplotlib.pyplot"]
    for number, manager in list(sys.modules["matplotlib._pylab_helpers"].Gcf.figs.items()):
        if number in before:
            continue
        capture.show({"image/png": _figure_png(manager.canvas.figure)})
        pyplot.close(number)
    # Else the next cell would draw them again.
    inline.show._to_draw = [figure for figure in inline.show._to_draw if pyplot.fignum_exists(figure.number)]
    inline.show._draw_called = bool(inline.show._to_draw)
