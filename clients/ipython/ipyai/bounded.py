"""Text with a limit: head and tail are kept, and what was cut is said."""


def clean(text: str) -> str:
    """The text with lone surrogates, which no JSON encoder takes, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def cut(text: str, max_chars: int) -> str:
    """The text, or its head and tail with a line between them that says how much is missing."""
    if len(text) <= max_chars:
        return text
    head = max_chars * 2 // 3
    tail = max_chars - head
    return f"{text[:head]}\n... {len(text) - max_chars} characters cut ...\n{text[-tail:]}"


class BoundedText:
    """Collects text of any length in memory of ``max_chars``, keeping head and tail."""

    def __init__(self, max_chars: int):
        self._head_limit = max_chars * 2 // 3
        self._tail_limit = max_chars - self._head_limit
        self._head: list[str] = []
        self._head_size = 0
        self._tail: list[str] = []
        self._tail_size = 0
        self.size = 0

    def write(self, text: str) -> None:
        self.size += len(text)
        room = self._head_limit - self._head_size
        if room > 0:
            part, text = text[:room], text[room:]
            self._head.append(part)
            self._head_size += len(part)
        if text:
            self._tail.append(text)
            self._tail_size += len(text)
            if self._tail_size > 2 * self._tail_limit + 10_000:
                self._shrink()

    def _shrink(self) -> None:
        kept = "".join(self._tail)[-self._tail_limit :]
        self._tail, self._tail_size = [kept], len(kept)

    def text(self) -> str:
        head = "".join(self._head)
        if self._tail_size > self._tail_limit:
            self._shrink()
        tail = "".join(self._tail)
        missing = self.size - len(head) - len(tail)
        if missing:
            return f"{head}\n... {missing} characters cut ...\n{tail}"
        return head + tail
