"""Only the questions, as a separate program: asks at its terminal, prints the answers as JSON, installs nothing.

Arguments: the machine's root folder, the folder of its commands.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from minipanel.exits import DONE, explain_failures
from minipanel.setup.ask.wizard import ask_everything
from minipanel.setup.look.network import OwnNetwork
from minipanel.setup.request import Request
from minipanel.setup.screen import Screen
from minipanel.setup.system import System
from minipanel.translations.language import translator

NETWORK = OwnNetwork("mgmt", frozenset({"127.0.0.1", "10.0.0.1"}), lambda peer: "10.0.0.1")


def ask() -> int:
    screen = Screen(translator(), is_guided=True)
    system = System(Path(sys.argv[1]), sys.argv[2])
    answers = ask_everything(screen, Request(is_guided=True), system, NETWORK)
    told = {
        "admin": answers.admin,
        "password": answers.password,
        "nodes": [node.hostname for node in answers.nodes],
        "database": str(answers.database),
        "port": answers.port,
        "url": answers.url,
        "mail": answers.mail,
    }
    print("ANSWERS", json.dumps(told))
    return DONE


if __name__ == "__main__":
    sys.exit(explain_failures(ask))
