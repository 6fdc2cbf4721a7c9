"""The seeds' way to draw a streamed answer: rich.Live renders the whole text anew for each delta.

Reads JSON from stdin, prints JSON. One delta in `every` is drawn and counted `every` times, since the cost of each
grows with the text and all of them take minutes.
"""
import io, json, sys, time

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown


class Counter(io.StringIO):
    """Counts what a terminal would be sent."""

    bytes = 0

    def write(self, text):
        Counter.bytes += len(text.encode())
        return len(text)

    def isatty(self):
        return True


def main():
    task = json.load(sys.stdin)
    every = task["every"]
    console = Console(file=Counter(), force_terminal=True, width=task["columns"], height=task["rows"], color_system="256")
    text, longest, total, counted, drawn = "", 0.0, 0.0, 0, 0
    with Live(console=console, auto_refresh=False, vertical_overflow="visible", redirect_stderr=False) as live:
        for index, piece in enumerate(task["pieces"]):
            text += piece
            if index % every:
                continue
            # Live erases as many lines as it drew last: drawing the same text twice makes each sample a usual frame.
            live.update(Markdown(text, code_theme="monokai", inline_code_lexer="python"), refresh=True)
            before, start = Counter.bytes, time.perf_counter()
            live.update(Markdown(text, code_theme="monokai", inline_code_lexer="python"), refresh=True)
            took = (time.perf_counter() - start) * 1000
            longest, total = max(longest, took), total + took
            counted, drawn = counted + Counter.bytes - before, drawn + 1
    print(json.dumps({
        "bytes": counted * every,
        "frames": drawn * every,
        "longestFrameMs": round(longest, 2),
        "totalMs": round(total * every),
        "sampledFrames": drawn,
    }))


main()
