"""`minipanel rollout`: runs it, prints the report on stdout."""

from __future__ import annotations

import json
from pathlib import Path

from minipanel.rollout.options import RolloutOptions
from minipanel.rollout.rollout import run_rollout
from minipanel.sections import load_config
from minipanel.translations.language import in_english


def roll_out(config_path: Path, node_set: str | None, options: RolloutOptions, as_json: bool) -> int:
    """Run it and print the report. Returns 0 if it succeeded on every node, otherwise 1.

    Raises ConfigError, and what run_rollout raises.
    """
    # JSON is the same in every locale.
    report = run_rollout(load_config(config_path), node_set, options, in_english if as_json else None)
    if as_json:
        print(json.dumps(report.as_json(), ensure_ascii=False, indent=2))
    else:
        report.show()
    return report.exit_code
