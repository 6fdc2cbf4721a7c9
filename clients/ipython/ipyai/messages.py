"""What the kernel sends reaches its clients whatever characters are in it."""

from .bounded import clean


def tolerate(session) -> None:
    """Makes the session send texts with lone surrogates: names, outputs and errors may have them, JSON may not."""
    pack = session.pack
    if getattr(pack, "tolerates", False):
        return

    def tolerant(message):
        try:
            return pack(message)
        except UnicodeEncodeError:
            return pack(_cleaned(message))

    tolerant.tolerates = True
    tolerant.strict = pack
    session.pack = tolerant


def withdraw(session) -> None:
    session.pack = getattr(session.pack, "strict", session.pack)


def _cleaned(value):
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {_cleaned(key): _cleaned(held) for key, held in value.items()}
    return [_cleaned(each) for each in value] if isinstance(value, (list, tuple)) else value
