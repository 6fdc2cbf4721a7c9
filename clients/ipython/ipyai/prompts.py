"""AI prompts in IPython's own history, in the form that earlier programs wrote and read.

All writing goes through IPython's connection, on the main thread, in short transactions: a second writer could make
IPython lose rows. No existing table is altered or dropped.
"""

import json
import os
import sqlite3

COLUMNS = ("id", "session", "prompt", "full_prompt", "response", "history_line")
_CREATE = """CREATE TABLE IF NOT EXISTS claude_prompts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    full_prompt TEXT NOT NULL,
    response TEXT NOT NULL,
    history_line INTEGER NOT NULL DEFAULT 0)"""
_INDEX = "CREATE INDEX IF NOT EXISTS idx_claude_prompts_session_id ON claude_prompts (session, id)"


def number(shell, source: str, rewritten: str) -> int:
    """Takes the next input number for a prompt and stores it in the history: as typed, and as the call it means."""
    line = shell.execution_count
    history = shell.history_manager
    if history is not None:
        history.store_inputs(line, rewritten, source)
    shell.execution_count = line + 1
    return line


def mirror(shell, prompt: str, full_prompt: str, response: str, history_line: int):
    """Adds a row to ``claude_prompts``; a sentence when it could not."""
    history = _enabled(shell)
    if history is None:
        return "IPython keeps no history here, so the prompt was not mirrored."
    with history.db as db:
        found = _columns(db, "claude_prompts")
        if found and found != COLUMNS:
            return f"The table claude_prompts of {history.hist_file} has other columns ({', '.join(found)}): left alone."
        if not found:
            db.execute(_CREATE)
            db.execute(_INDEX)
        db.execute(
            "INSERT INTO claude_prompts (session, prompt, full_prompt, response, history_line) VALUES (?, ?, ?, ?, ?)",
            (history.session_number, prompt, full_prompt, response, history_line),
        )
    return None


def forget(shell):
    """Takes this session's rows out of ``claude_prompts``; a sentence when it could not."""
    history = _enabled(shell)
    if history is None:
        return "IPython keeps no history here, so there are no mirrored prompts."
    with history.db as db:
        if _columns(db, "claude_prompts"):
            db.execute("DELETE FROM claude_prompts WHERE session = ?", (history.session_number,))
    return None


def remark(shell, changes: dict):
    """Merges keys into the JSON of this session's ``remark``; ``None`` removes a key. A sentence when it could not."""
    history = _enabled(shell)
    if history is None:
        return "IPython keeps no history here, so the session's remark was not written."
    with history.db as db:
        if "remark" not in _columns(db, "sessions"):
            return "This IPython has no remark column: the session's remark was not written."
        row = db.execute("SELECT remark FROM sessions WHERE session = ?", (history.session_number,)).fetchone()
        try:
            merged = json.loads(row[0]) if row and row[0] else {}
        except ValueError:
            merged = {}
        if not isinstance(merged, dict):
            merged = {}
        for key, value in changes.items():
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = value
        text = json.dumps(merged, sort_keys=True) if merged else None
        db.execute("UPDATE sessions SET remark = ? WHERE session = ?", (text, history.session_number))
    return None


def continue_session(shell, session: int, next_execution_count: int):
    """Goes on under an earlier session's number; a sentence when there is no such session."""
    history = _enabled(shell)
    if history is None:
        return "IPython keeps no history here, so no session can be continued."
    fresh = history.session_number
    history.writeout_cache()
    with history.db as db:
        if db.execute("SELECT 1 FROM sessions WHERE session = ?", (session,)).fetchone() is None:
            return f"{history.hist_file} has no session {session}."
        last = db.execute("SELECT MAX(line) FROM history WHERE session = ?", (session,)).fetchone()[0] or 0
        used = db.execute("SELECT 1 FROM history WHERE session = ? LIMIT 1", (fresh,)).fetchone()
        if fresh != session and used is None:
            db.execute("DELETE FROM sessions WHERE session = ?", (fresh,))
        db.execute("UPDATE sessions SET end = NULL WHERE session = ?", (session,))
    history.session_number = session
    # A number that is taken would make IPython move the history to a new session.
    count = max(next_execution_count, last + 1)
    shell.execution_count = count
    for inputs in (history.input_hist_parsed, history.input_hist_raw):
        inputs.extend([""] * (count - len(inputs)))
    return None


def tail(shell, limit: int) -> list:
    """The newest inputs as typed, oldest first: ``[session, line, source]``."""
    history = shell.history_manager
    if history is None:
        return []
    current = history.session_number
    stored: list = []
    path = str(history.hist_file)
    if getattr(history, "enabled", True) and path != ":memory:":
        # What the saving thread has not written yet.
        memory = [(current, line, raw) for line, _source, raw in list(history.db_input_cache)]
        try:
            # A connection of this thread's own, read-only, closed at once: IPython's is for the main thread.
            db = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True, timeout=0.25)
            try:
                stored = db.execute(
                    "SELECT session, line, source_raw FROM history ORDER BY session DESC, line DESC LIMIT ?", (limit,)
                ).fetchall()
            finally:
                db.close()
        except sqlite3.Error:
            stored = []
    else:
        memory = [(current, line, text) for line, text in enumerate(list(history.input_hist_raw)) if line and text]
    known = {(session, line) for session, line, _ in stored}
    rows = [row for row in memory if (row[0], row[1]) not in known] + stored
    rows.sort(key=lambda row: (row[0] == current, row[0], row[1]))
    return [list(row) for row in rows[-limit:]]


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def keep_outputs(shell):
    """Lets IPython keep outputs, as earlier programs do, in a file that nobody else may read.

    IPython leaves the file's mode to the umask, which mostly lets all others read it. What a cell showed is put there
    on our account only, so the file is closed to them first, also one that is there already: that takes nothing from
    its owner. One that cannot be closed gets no outputs.
    """
    history = _enabled(shell)
    if history is None:
        return
    try:
        if os.path.exists(history.hist_file):
            mode = os.stat(history.hist_file).st_mode
            if mode & 0o077:
                os.chmod(history.hist_file, mode & 0o700)
    except OSError:
        return
    history.db_log_output = True


def _enabled(shell):
    history = shell.history_manager
    return history if history is not None and getattr(history, "enabled", False) else None


def _columns(db, table: str) -> tuple:
    return tuple(row[1] for row in db.execute(f"PRAGMA table_info({table})"))
