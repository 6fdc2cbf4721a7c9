"""ipyai's own packages for kernels, for an environment that lacks them: behind what the environment has.

They are found by a finder and not by ``sys.path``: what the session starts does not inherit them, ``pip`` and
``importlib.metadata`` list what the environment has, and an ``import`` that fails in the environment's scripts fails in
the session too, apart from IPython and what it is made of.
"""

import importlib
import importlib.metadata
import os
import sys
from importlib.machinery import PathFinder

# Packages that programs try to import and do without.
_HIDDEN = {"dateutil", "exceptiongroup", "packaging", "platformdirs", "psutil", "six", "typing_extensions", "tzdata"}


class Overlay:
    """Serves modules of ``folders``, from either end of ``sys.meta_path``."""

    def __init__(self, folders, in_front):
        self._folders = [os.path.abspath(folder) for folder in folders]
        self._starting = True
        self.is_in_front = in_front
        sys.meta_path.insert(0 if in_front else len(sys.meta_path), self)

    def go_behind(self):
        """What is loaded stays; from here on the environment's own come first."""
        sys.meta_path.remove(self)
        sys.meta_path.append(self)

    def started(self):
        """From here on the person's code runs, which does not see everything."""
        self._starting = False
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in _HIDDEN and self._holds(getattr(module, "__file__", None)):
                del sys.modules[name]

    def find_spec(self, name, path=None, target=None):
        # A package finds its own modules.
        if path is not None or (name in _HIDDEN and not self._is_asked_by_own()):
            return None
        spec = PathFinder.find_spec(name, self._folders)
        return None if spec is None or spec.loader is None else spec

    def find_distributions(self, context):
        """Packages ask for their own version while they are imported."""
        if not self._starting:
            return []
        context = importlib.metadata.DistributionFinder.Context(name=context.name, path=self._folders)
        return importlib.metadata.MetadataPathFinder.find_distributions(context)

    def invalidate_caches(self):
        """Nothing changes in the folders."""

    def _is_asked_by_own(self):
        frame = sys._getframe(2)
        while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
            frame = frame.f_back
        return frame is not None and self._holds(frame.f_code.co_filename)

    def _holds(self, file):
        return file is not None and any(file.startswith(folder + os.sep) for folder in self._folders)
