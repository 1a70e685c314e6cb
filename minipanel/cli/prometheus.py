"""`minipanel prometheus`: how Prometheus scrapes the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from minipanel.cli.words import ConfigOption
from minipanel.config.values import DEFAULT_PATH


def prometheus(
    token_file: Annotated[
        Path, Option("--token-file", metavar="FILE", help="Where Prometheus finds its token.")
    ] = Path("/etc/prometheus/minipanel.token"),
    config: ConfigOption = DEFAULT_PATH,
) -> None:
    """Print the configuration with which Prometheus scrapes the panel."""
    from minipanel.commands.prometheus import print_scrape_config

    print_scrape_config(config, token_file)
