"""`minipanel prometheus`: prints the configuration for a Prometheus that scrapes this panel."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.models.quote import quote
from minipanel.sections import load_config
from minipanel.translations.language import Translate, in_english, translator

CA = "ca.pem"
"""Beside config.toml: the CA that signed the panel's certificate, unless systems already trust it."""


def print_scrape_config(config_path: Path, token_file: Path) -> None:
    """Print the configuration. Raises ConfigError; CommandError for a token file whose path is not absolute."""
    t = translator()
    if not (token_file.is_absolute() and str(token_file).isprintable()):
        allowed = "--token-file is {path}; it must be an absolute path without control characters."
        raise CommandError(t(allowed, path=quote(str(token_file))))
    print(scrape_config(load_config(config_path), token_file, t), end="")


def scrape_config(config: Config, token_file: Path, t: Translate = in_english) -> str:
    """Return the configuration as YAML. `token_file` is a path on the machine of Prometheus; the CA lies beside it."""
    url = urlsplit(config.server.url)
    why = t("the agents' interval: each sample is scraped once")
    lines = [
        *(f"# {note}" for note in _notes(config, token_file, t)),
        "scrape_configs:",
        "  - job_name: minipanel",
        f"    scheme: {url.scheme}",
        f"    metrics_path: {_quoted(url.path + '/metrics')}",
        f"    scrape_interval: {config.agents.interval}s  # {why}",
        "    static_configs:",
        f"      - targets: [{_quoted(url.netloc)}]",
        "    authorization:",
        f"      credentials_file: {_quoted(token_file)}",
    ]
    if _has_own_ca(config):
        lines += ["    tls_config:", f"      ca_file: {_quoted(_ca_file(token_file))}"]
    return "\n".join(lines) + "\n"


def _notes(config: Config, token_file: Path, t: Translate) -> list[str]:
    notes = [
        t("For Prometheus: the panel as one target for all nodes. Save it beside prometheus.yml and name it there:"),
        "  scrape_config_files: [minipanel.yml]",
        t("{file} belongs to Prometheus (mode 0400) and holds an API token; on the panel's machine:", file=token_file),
        "  minipanel access tokens add prometheus --scope metrics >minipanel.token",
    ]
    if _has_own_ca(config):
        file, own = _ca_file(token_file), config.path.parent / CA
        notes.append(t("{file} is a copy of the panel's {own}.", file=file, own=own))
    return notes


def _has_own_ca(config: Config) -> bool:
    return config.server.url.startswith("https:") and (config.path.parent / CA).exists()


def _ca_file(token_file: Path) -> Path:
    return token_file.with_name("minipanel-ca.pem")


def _quoted(value: Path | str) -> str:
    # A JSON string is also a YAML string.
    return json.dumps(str(value), ensure_ascii=False)
