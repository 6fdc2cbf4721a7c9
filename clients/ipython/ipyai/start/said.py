"""What IPython says while it starts, kept for the server that comes: what startup files print and raise, and its warnings
of extensions and settings that it cannot load."""

import logging
import sys


class Said:
    """From before ``app.initialize`` until ``end``."""

    def __init__(self, app, outlet, holder):
        self._app = app
        self._outlet = outlet
        self._holder = holder
        self._early: list = []
        self._has_streams = False
        # Handlers are taken away when the log is configured.
        app.log.addFilter(self._on_record)
        self._init_io = app.init_io
        app.init_io = self._begin

    def end(self) -> None:
        self._app.log.removeFilter(self._on_record)

    def _begin(self) -> None:
        app = self._app
        captures = bool(getattr(app, "capture_fd_output", False)) and self._holder is not None
        if captures:
            # A thread of ipykernel's would read the pipes.
            app.capture_fd_output = False
        self._init_io()
        others = [getattr(app, name, None) for name in ("control_thread", "shell_channel_thread")]
        streams = (sys.stdout, sys.stderr)
        outlet = self._outlet.of(app.iopub_thread, app.session, streams, filter(None, others))
        if captures:
            app.capture_fd_output = True
            outlet.beat = self._holder.beat
            self._holder.capture(streams, app.log)
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
