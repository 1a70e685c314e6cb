"""Backups on a real node: the panel's own copies, a restore, an upgrade and the way back."""

from __future__ import annotations

import pytest

import minipanel
from minipanel.database.schema import newest_version
from tests.cluster.installation import PASSWORD_FILE, Installation
from tests.cluster.nodes import Cluster

NEWER, NEWEST = "0.9.5", "0.9.6"
NODES = ("mgmt", "n1")
ADDS = "-- Adds only: a table.\nCREATE TABLE of_the_newer (x);\n"
CHANGES = "-- Changes: so it says.\nCREATE TABLE of_the_newest (x);\n"
BACKUP = '\\n[backup]\\nfolder = "/backup/minipanel"\\n'

COUNT = """\
import sqlite3, sys
database = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
names = [row[0] for row in database.execute("SELECT name FROM sqlite_master")]
tables = [name for name in ("system_metrics", "pending_metrics", "filling_metrics") if name in names]
print(sum(database.execute("SELECT coalesce(sum(samples), 0) FROM " + table).fetchone()[0] for table in tables))
"""
DATABASE = "/var/lib/minipanel/data.db"


class Kept(Installation):
    """An installed panel with an agent on two nodes."""

    def samples(self, path: str = DATABASE) -> int:
        """Return how many samples a database has."""
        return int(self.node.run("python3", "-c", COUNT, path).stdout)

    def wait_for_more(self) -> None:
        """Return once both nodes are up, and more samples are stored."""
        before = self.samples()
        self.panel.wait_for(lambda: self.samples() >= before + 2)
        self.panel.wait_for(lambda: [self.panel.nodes()[name]["state"] for name in NODES] == ["up", "up"])


@pytest.fixture(scope="module")
def kept(fresh_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    made = Kept(fresh_cluster, tmp_path_factory.mktemp("archive"))
    done = made.install("--password-file", PASSWORD_FILE, "--only", ",".join(NODES))
    assert done.returncode == 0, done.stdout + done.stderr
    made.panel.log_in()
    return made


def test_the_panel_keeps_copies_in_a_folder_that_the_set_up_opens_to_it(kept: Kept) -> None:
    kept.node.shell(f"printf '{BACKUP}' >>/etc/minipanel/config.toml; systemctl reload minipanel")
    kept.panel.wait_for(lambda: "there is no such folder" in kept.panel.minipanel("status").stdout)
    assert kept.panel.minipanel("status").returncode == 1
    kept.node.shell("minipanel setup --yes --no-rollout", seconds=90)
    kept.panel.wait_for(lambda: kept.node.shell("ls /backup/minipanel").strip() != "")
    (copy,) = kept.node.shell("ls /backup/minipanel").split()
    assert copy.startswith("minipanel-mgmt-20")
    assert kept.node.shell(f"stat -c '%a %U' /backup/minipanel/{copy}").strip() == "600 minipanel"
    kept.wait_for_more()
    status = kept.panel.minipanel("status")
    assert f"backup    /backup/minipanel/{copy}, 20" in status.stdout
    assert status.returncode == (1 if "never" in status.stdout else 0)


def test_a_copy_is_restored_and_the_agents_go_on(kept: Kept) -> None:
    copy = "/backup/minipanel/" + kept.node.shell("ls /backup/minipanel").strip()
    before, copied = kept.samples(), kept.samples(copy)
    assert copied < before
    done = kept.panel.minipanel("restore", copy)
    assert done.returncode == 0, done.stdout + done.stderr
    undo = done.stdout.splitlines()[-1].removeprefix("Undo: minipanel ").split()
    assert kept.samples(undo[-1]) >= before
    assert kept.node.shell(f"stat -c '%a %U %G' {DATABASE}").strip() == "640 minipanel minipanel"
    kept.panel.wait_for(lambda: kept.health() != "")
    kept.wait_for_more()
    assert kept.panel.minipanel(*undo).returncode == 0
    assert kept.samples() >= before


def test_the_previous_version_continues_after_an_upgrade_that_only_added_and_nothing_is_lost(kept: Kept) -> None:
    number = newest_version() + 1
    content = kept.put_version(NEWER, {f"minipanel/database/migrations/{number:04}_adds.sql": ADDS})
    done = kept.install("--no-rollout", content=content)
    assert done.returncode == 0, done.stdout + done.stderr
    assert kept.health() == NEWER
    kept.wait_for_more()
    before = kept.samples()
    done = kept.panel.minipanel("rollback", LC_ALL="zh_CN.UTF-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "已重新运行，面板响应正常。" in done.stdout
    assert kept.health() == minipanel.__version__
    assert kept.samples() >= before
    kept.wait_for_more()
    again = kept.panel.minipanel("rollback")
    assert (again.returncode, again.stderr) == (
        1,
        f"No release before {minipanel.__version__} is kept here. Each upgrade keeps one.\n",
    )
    undo = done.stdout.splitlines()[-1].partition("/")
    kept.node.shell(f"/{undo[2]} --yes", seconds=90)
    assert kept.health() == NEWER


def test_an_upgrade_that_changed_the_database_is_gone_back_from_once_that_is_agreed(kept: Kept) -> None:
    number = newest_version() + 1
    files = {
        f"minipanel/database/migrations/{number:04}_adds.sql": ADDS,
        f"minipanel/database/migrations/{number + 1:04}_changes.sql": CHANGES,
    }
    done = kept.install("--no-rollout", content=kept.put_version(NEWEST, files))
    assert done.returncode == 0, done.stdout + done.stderr
    kept.wait_for_more()
    before = kept.samples()
    refused = kept.panel.minipanel("rollback")
    assert refused.returncode == 1
    assert f"{NEWER} can't open the database as it is now; it gets the copy of 20" in refused.stdout
    assert "records stored since are carried over into it." in refused.stdout
    assert (refused.stderr, kept.health()) == ("Nothing was changed; --yes goes back anyway.\n", NEWEST)
    done = kept.panel.minipanel("rollback", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (kept.health(), kept.samples() >= before) == (NEWER, True)
    assert kept.node.shell(f"stat -c '%a %U %G' {DATABASE}").strip() == "640 minipanel minipanel"
    kept.wait_for_more()
