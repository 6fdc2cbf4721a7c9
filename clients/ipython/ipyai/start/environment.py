"""What an environment has of what a kernel needs, read from the names of folders: nothing of it is imported.

``python environment.py`` prints it as one line of JSON, for any Python: this file is read by old ones too.
"""

import json
import os
import platform
import re
import sys

# The oldest releases that were seen to work together with the newest of the others. The requirements that packages
# state would refuse many that do.
FLOORS = {"ipykernel": (6, 29), "ipython": (7, 34), "jedi": (0, 18), "pyzmq": (25,), "traitlets": (5, 13)}
# What a kernel loads; other packages of theirs are missing only where somebody took them out.
NEEDED = sorted(set(FLOORS) | {"comm", "jupyter-client", "jupyter-core", "matplotlib-inline", "packaging", "psutil", "tornado"})
# The modules that make a package too old; that of a package that fits is left to the environment.
MODULES = {"ipykernel": "ipykernel", "ipython": "IPython", "jedi": "jedi", "pyzmq": "zmq", "traitlets": "traitlets"}

_METADATA = re.compile(r"(.+?)-(\d[^-]*?)(?:-py[\d.]+)?\.(?:dist-info|egg-info)$")


def versions(folders):
    """The installed packages by name; the first folder that has one counts, as it does for imports."""
    found = {}
    for folder in folders:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            match = _METADATA.match(name)
            if match:
                found.setdefault(re.sub(r"[-_.]+", "-", match.group(1)).lower(), match.group(2))
    return found


def too_old(found):
    """The packages that do not work with the newest of the others."""
    return sorted(name for name, floor in FLOORS.items() if name in found and _numbers(found[name]) < floor)


def lacks(found):
    return [name for name in NEEDED if name not in found]


def _numbers(version):
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])


def wheel_of_pip():
    """The pip that Python brings to make environments with; ``None`` where a distribution has taken it out."""
    try:
        import ensurepip
        import sysconfig
    except ImportError:
        return None
    folders = [sysconfig.get_config_var("WHEEL_PKG_DIR"), os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")]
    wheels = []
    for folder in folders:
        if folder and os.path.isdir(folder):
            names = (name for name in os.listdir(folder) if re.match(r"pip-\d.*\.whl$", name))
            wheels += [os.path.join(folder, name) for name in names]
    return max(wheels, key=lambda path: _numbers(os.path.basename(path)[4:])) if wheels else None


def report():
    here = os.path.dirname(os.path.abspath(__file__))
    folders = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    found = versions(folders)
    return {
        "version": list(sys.version_info[:3]),
        "implementation": sys.implementation.name if hasattr(sys, "implementation") else "cpython",
        "executable": sys.executable,
        "threads": "t" in getattr(sys, "abiflags", ""),
        "platform": "-".join([sys.platform, platform.machine(), platform.libc_ver()[0] or "libc"]),
        "folders": [os.path.abspath(folder) for folder in folders if os.path.isdir(folder or ".")],
        "pip": found.get("pip"),
        "pipWheel": wheel_of_pip(),
        "ipykernel": found.get("ipykernel"),
        "ipython": found.get("ipython"),
        "lacks": lacks(found),
        "tooOld": [name + " " + found[name] for name in too_old(found)],
    }


if __name__ == "__main__":
    print(json.dumps(report()))
