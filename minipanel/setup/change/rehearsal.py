"""Tries the new configuration as the service will: with its user and sandbox, while the old panel still runs."""

from __future__ import annotations

import shutil
from pathlib import Path

from minipanel.config import Config
from minipanel.errors import CommandError
from minipanel.setup import places
from minipanel.setup.change.service import drop_in, write_whole
from minipanel.setup.system import System
from minipanel.translations.language import Translate

UNIT = "minipanel-check.service"
FOLDER = "/run/systemd/system"
SAID = "/run/minipanel-check"
SECONDS = 90

# An empty assignment removes what the unit says (systemd.service(5)).
INSTEAD = """\
[Service]
Type=oneshot
Restart=no
TimeoutStartSec=60
ExecReload=
ExecStart=
ExecStart={python} -I -m minipanel.serving.check --config {config}{bind}
StandardOutput=null
StandardError=file:{said}
"""


def rehearse(release: Path, config: Config, is_port_free: bool, system: System, t: Translate) -> None:
    """Have the release read this configuration in the service's sandbox. Raises CommandError with what would go wrong.

    `is_port_free`: the running panel uses another port, so the new one can be bound.
    """
    folder, said = system.path(FOLDER), system.path(SAID)
    drop_ins = folder / f"{UNIT}.d"
    said.unlink(missing_ok=True)
    try:
        drop_ins.mkdir(parents=True, exist_ok=True)
        write_whole(folder / UNIT, (release / places.SERVICE).read_text())
        for own in system.path(places.DROP_IN_FOLDER).glob("*.conf"):  # the administrator's own
            shutil.copyfile(own, drop_ins / own.name)
        write_whole(drop_ins / Path(places.DROP_IN).name, drop_in(config))
        words = INSTEAD.format(python=release / "venv/bin/python", config=config.path, said=said,
                               bind=" --bind" if is_port_free else "")  # fmt: skip
        write_whole(drop_ins / "zz-check.conf", words)
        system.must_run("systemctl", "daemon-reload")
        outcome = system.run("systemctl", "start", UNIT, seconds=SECONDS)
        sentence = system.read(SAID).strip()
    finally:
        shutil.rmtree(drop_ins, ignore_errors=True)
        (folder / UNIT).unlink(missing_ok=True)
        said.unlink(missing_ok=True)
        system.run("systemctl", "reset-failed", UNIT)
        system.run("systemctl", "daemon-reload")
    if not outcome.is_done:
        reason = sentence.splitlines()[-1] if sentence else outcome.last_words
        raise CommandError(t("The service could not start with this configuration: {reason}", reason=reason))
