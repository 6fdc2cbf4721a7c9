"""What IPython says while it starts, kept for the server that comes: what startup files print and raise, and its warnings
of extensions and settings that it cannot load."""

import logging
import sys


class Said:
    """From before ``app.initialize`` until ``end``."""

    def __init__(self, app, outlet):
        self._app = app
        self._outlet = outlet
        self._early: list = []
        self._has_streams = False
        # Handlers are taken away when the log is configured.
        app.log.addFilter(self._on_record)
        self._init_io = app.init_io
        app.init_io = self._begin

    def end(self) -> None:
        self._app.log.removeFilter(self._on_record)

    def _begin(self) -> None:
        self._init_io()
        app = self._app
        others = [getattr(app, name, None) for name in ("control_thread", "shell_channel_thread")]
        self._outlet.of(app.iopub_thread, app.session, (sys.stdout, sys.stderr), filter(None, others))
        self._has_streams = True
        for text in self._early:
            sys.stderr.write(text)

    def _on_record(self, record) -> bool:
        if record.levelno >= logging.WARNING:
            text = f"[{type(self._app).__name__}] {record.levelname} | {record.getMessage()}\n"
            if record.exc_info:
                text += logging.Formatter().formatException(record.exc_info) + "\n"
            if self._has_streams:
                sys.stderr.write(text)
            else:
                self._early.append(text)
        return True
