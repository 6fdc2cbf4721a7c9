"""Shell references: commands run beside Python, with a time limit and bounded output."""

import codecs
import os
import signal
import subprocess
import threading
import time

from ..bounded import BoundedText

MAX_CHARS = 40_000

_running: dict = {}
_cancelled: set = set()
_lock = threading.Lock()


def run_all(call_id: str, commands: list, limit_seconds: float) -> list:
    """Runs the commands side by side in Python's current folder: ``{stdout, stderr, exitCode}`` or ``{reason}``."""
    results: list = [{"reason": "was cancelled"} for _ in commands]

    def one(index: int) -> None:
        results[index] = _run(call_id, commands[index], limit_seconds)

    threads = [threading.Thread(target=one, args=(index,), daemon=True) for index in range(len(commands))]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + limit_seconds + 5
    try:
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
    except KeyboardInterrupt:
        cancel(call_id)
        raise
    finally:
        with _lock:
            _running.pop(call_id, None)
            _cancelled.discard(call_id)
    return list(results)


def cancel(call_id: str) -> bool:
    """Ends the commands of a call, with all that they started."""
    with _lock:
        processes = _running.get(call_id)
        if processes is None:
            return False
        _cancelled.add(call_id)
        for process in processes:
            _kill(process)
    return True


def _run(call_id: str, command: str, limit_seconds: float) -> dict:
    try:
        with _lock:
            if call_id in _cancelled:
                return {"reason": "was cancelled"}
            process = subprocess.Popen(
                command,
                shell=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            _running.setdefault(call_id, []).append(process)
    except (OSError, ValueError) as error:
        return {"reason": f"did not start: {error}"}
    out, err = BoundedText(MAX_CHARS), BoundedText(MAX_CHARS)
    readers = [
        threading.Thread(target=_read, args=(stream, text), daemon=True)
        for stream, text in ((process.stdout, out), (process.stderr, err))
    ]
    for reader in readers:
        reader.start()
    timed_out = False
    try:
        process.wait(limit_seconds)
    except subprocess.TimeoutExpired:
        timed_out = True
        _kill(process)
        process.wait(2)
    # A process left in the background may hold the pipe: what came so far is the answer.
    for reader in readers:
        reader.join(0.5)
    if call_id in _cancelled:
        return {"reason": "was cancelled"}
    if timed_out:
        return {"reason": f"took longer than {limit_seconds:g} s"}
    return {"stdout": out.text(), "stderr": err.text(), "exitCode": process.returncode}


def _read(stream, text: BoundedText) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with stream:
        while True:
            try:
                part = os.read(stream.fileno(), 65536)
            except (OSError, ValueError):
                return
            if not part:
                return
            text.write(decoder.decode(part))


def _kill(process) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except OSError:
        pass  # it ended by itself
