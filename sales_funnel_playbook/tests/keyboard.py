"""Tours whose keys are the browser's own: Tab goes where the browser takes it, not where a script thinks."""

import json
from unittest.mock import patch

from odoo.tests import HttpCase, common

# code, and what is written by it
KEYS = {
    "ArrowDown": (40, ""),
    "ArrowUp": (38, ""),
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    "Tab": (9, ""),
    " ": (32, " "),
}
SHIFT = 8


class KeyBrowser(common.ChromeBrowser):
    """Presses what pages ask for by ``window.askForKey``; see static/tests/tours/real_keys.js."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._handlers["Runtime.bindingCalled"] = self._press
        self._websocket_request("Runtime.addBinding", params={"name": "askForKey"})

    def _press(self, payload, **_params):
        asked = json.loads(payload)
        if "text" in asked:
            self._websocket_send("Input.insertText", params=asked)
            return
        code, text = KEYS[asked["key"]]
        key = {
            "key": asked["key"],
            "windowsVirtualKeyCode": code,
            "modifiers": SHIFT if asked["shift"] else 0,
        }
        down = {**key, "type": "keyDown", "text": text} if text else {**key, "type": "rawKeyDown"}
        for params in (down, {**key, "type": "keyUp"}):
            self._websocket_send("Input.dispatchKeyEvent", params=params)


class KeyboardCase(HttpCase):
    """Its tours have real keys."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(common, "ChromeBrowser", KeyBrowser))
