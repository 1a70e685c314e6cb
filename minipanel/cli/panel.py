"""`minipanel panel`: the panel itself."""

from __future__ import annotations

from minipanel.cli.words import ConfigOption, group
from minipanel.config.values import DEFAULT_PATH

panel = group("panel", "The panel itself.")


@panel.command()
def serve(config: ConfigOption = DEFAULT_PATH) -> None:
    """Run the panel. SIGTERM stops it, SIGHUP makes it reload its configuration."""
    from minipanel.serving.launch import become_panel

    become_panel("minipanel.serving", config)
