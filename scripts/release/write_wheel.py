"""``python write_wheel.py FOLDER WHEEL``: writes a folder that is laid out as a wheel, with its RECORD, to a file.

What each file is and where it goes: https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
The same files give the same bytes.
"""

import base64
import hashlib
import os
import sys
import zipfile


def record(path: str, content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}"


def main(folder: str, target: str) -> None:
    paths = sorted(
        os.path.relpath(os.path.join(root, name), folder) for root, _, names in os.walk(folder) for name in names
    )
    information = next(path.split("/")[0] for path in paths if path.endswith(".dist-info/WHEEL"))
    # As the format advises, what says what the wheel is stands at its end.
    paths.sort(key=lambda path: path.startswith(f"{information}/"))
    lines = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:

        def add(path: str, content: bytes, mode: int) -> None:
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            wheel.writestr(entry, content)

        for path in paths:
            whole = os.path.join(folder, path)
            with open(whole, "rb") as file:
                content = file.read()
            add(path, content, 0o755 if os.access(whole, os.X_OK) else 0o644)
            lines.append(record(path, content))
        lines.append(f"{information}/RECORD,,")
        add(f"{information}/RECORD", ("\n".join(lines) + "\n").encode(), 0o644)


if __name__ == "__main__":
    main(*sys.argv[1:])
