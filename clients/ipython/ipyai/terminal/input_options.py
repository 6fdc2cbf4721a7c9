"""The options of IPython's own input line: they can be read and set, and say that they have no effect."""

import os

from traitlets import Any

DEFAULTS = {
    "auto_match": False,
    "autoformatter": None,
    "autosuggestions_provider": "NavigableAutoSuggestFromHistory",
    "confirm_exit": True,
    "debugger_history_file": "~/.pdbhistory",
    "display_completions": "multicolumn",
    "editing_mode": "emacs",
    "editor": os.environ.get("EDITOR", "vi"),
    "emacs_bindings_in_vi_insert_mode": True,
    "enable_history_search": True,
    "extra_open_editor_shortcuts": False,
    "handle_return": None,
    "highlight_matching_brackets": True,
    "highlighting_style": None,
    "highlighting_style_overrides": {},
    "modal_cursor": True,
    "mouse_support": False,
    "prompt_includes_vi_mode": True,
    "prompt_line_number_format": "",
    "prompts_class": None,
    "shortcuts": [],
    "simple_prompt": False,
    "space_for_menu": 6,
    "term_title": True,
    "term_title_format": "IPython: {cwd}",
    "timeoutlen": 0.5,
    "true_color": False,
    "ttimeoutlen": 0.01,
}


def traits() -> dict:
    told = "Of IPython's own input line; without effect in ipyai."
    return {name: Any(default, help=told).tag(config=True) for name, default in DEFAULTS.items()}
