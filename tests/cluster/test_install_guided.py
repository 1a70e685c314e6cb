"""install.sh at a terminal: a person who answers, one who gives up, one whose machine is cut off during it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import aiosmtpd
import attr
import public
import pytest

from tests.cluster.installation import CONTENT, PASSWORD_FILE, Installation
from tests.cluster.nodes import Cluster
from tests.cluster.panel import PASSWORD


@pytest.fixture(scope="module")
def archive(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The management node with the archive and nothing else."""
    cluster.reset("mgmt")
    return Installation(cluster, tmp_path_factory.mktemp("archive"))


@pytest.fixture
def installation(archive: Installation) -> Installation:
    """The same before each test: purge what the one before installed."""
    archive.node.run(f"{CONTENT}/install.sh", "--uninstall", "--purge", "--yes")
    return archive


@pytest.fixture
def mail_server(archive: Installation) -> Iterator[None]:
    """A mail server on the management node, on port 25."""
    for package in (aiosmtpd, attr, public):
        folder = Path(str(package.__file__)).parent
        archive.node.put(folder, f"/root/mail/{folder.name}")
    serve = "python3 -m aiosmtpd -n -c aiosmtpd.handlers.Sink -l 127.0.0.1:25"
    archive.node.shell(f"systemd-run --quiet --unit=mail --setenv=PYTHONPATH=/root/mail {serve}")
    answers = "timeout 1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/25' 2>/dev/null"
    archive.node.shell(f"for i in $(seq 100); do {answers} && exit; sleep 0.2; done; systemctl status mail; exit 1")
    yield
    archive.node.shell("systemctl stop mail")


def test_a_person_installs_with_a_few_answers_and_enter(installation: Installation, mail_server: None) -> None:
    with installation.at_a_terminal("--no-rollout") as terminal:
        terminal.expect("ok +MUNGE +a credential was made and accepted")
        terminal.expect("Name of the account")
        terminal.type()
        terminal.expect("Password, not shown")
        terminal.type(PASSWORD)
        terminal.expect("Repeat the password")
        terminal.type(PASSWORD)
        terminal.expect("4 nodes; Enter, a, d or l: ")
        terminal.type("d n[2-3]")
        terminal.expect("2 nodes; ")
        for question in (
            "",
            "Database file",
            "Port for the page",
            r"nodes reach this machine \[10\.77\.0\.10\]",
            "HTTPS",
        ):
            terminal.expect(question)
            terminal.type()
        terminal.expect(r"Mail addresses for alerts, .*: ")
        terminal.type("ops@example.org")
        terminal.expect(r"Install now\? \[Y/n\]: ")
        terminal.type()
        terminal.expect(
            r"sending a test message to ops@example\.org \.\.\. .*done.*\n    The mail server accepted it: 250 OK"
        )
        terminal.expect("MiniPanel is running.")
        terminal.expect("alerts    mail to ops@example.org")
        assert terminal.end() == 0
        assert PASSWORD not in terminal.shown
    installation.panel.log_in()
    assert set(installation.panel.nodes()) == {"mgmt", "n1"}


def test_giving_up_at_the_last_question_leaves_nothing(installation: Installation) -> None:
    with installation.at_a_terminal("--password-file", PASSWORD_FILE, "--port", "8081", "--tls", "no") as terminal:
        for question in (
            "Name of the account",
            "4 nodes",
            "Database file",
            "nodes reach this machine",
            "Mail addresses",
        ):
            terminal.expect(question)
            terminal.type()
        terminal.expect("Install now")
        terminal.type("n")
        terminal.expect("Nothing was changed.")
        assert terminal.end() == 1
    assert installation.traces() == []


def test_ctrl_c_at_a_question_leaves_nothing(installation: Installation) -> None:
    with installation.at_a_terminal() as terminal:
        terminal.expect("Name of the account")
        terminal.press("\x03")
        assert terminal.end() in (1, 130)
        assert "Traceback" not in terminal.shown
    assert installation.traces() == []


def test_the_session_is_chinese_where_the_locale_is(installation: Installation) -> None:
    with installation.at_a_terminal("--no-rollout", locale="zh_CN.UTF-8") as terminal:
        terminal.expect("正在解包 MiniPanel")
        for question in ("管理员账号", "输入时不显示", "4 个节点", "数据库文件", "端口", "地址", "HTTPS"):
            terminal.expect(f"{question}[^\n]*(?:：|: )$")
            terminal.type()
        terminal.expect("告警邮件的收件人[^\n]*：$")
        terminal.type("ops@example.org")
        terminal.expect("现在安装吗？[^\n]*: $")
        terminal.type()
        # There is no mail server.
        terminal.expect(r"失败.*\n +无法连接.*邮件服务器 127\.0\.0\.1:25")
        terminal.expect("MiniPanel 已启动。")
        assert terminal.end() == 0


def test_a_set_up_that_was_killed_can_be_run_again(installation: Installation) -> None:
    installation.node.shell(
        f"setsid {CONTENT}/install.sh --yes --no-rollout >/dev/null 2>&1 & pid=$!; "
        "until ls /opt/minipanel/releases/*/venv/bin/python >/dev/null 2>&1; do sleep 0.02; done; sleep 0.3; "
        "kill -s KILL -- -$pid"
    )
    assert "/opt/minipanel" in installation.traces()
    done = installation.install("--no-rollout", "--password-file", PASSWORD_FILE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(installation.node.shell("ls /opt/minipanel/releases").split()) == 1
    installation.panel.log_in()


def test_https_at_a_low_port_with_a_database_elsewhere(installation: Installation) -> None:
    done = installation.install(
        "--only", "n1", "--tls", "self-made", "--port", "443", "--database", "/data/minipanel/m.db", "--admin", "chief"
    )
    # It succeeds only once both nodes' first samples have arrived over https.
    assert done.returncode == 0, done.stdout + done.stderr
    assert "https://10.77.0.10:443" in done.stdout
    script = (
        "import ssl, urllib.request\n"
        "context = ssl.create_default_context(cafile='/etc/minipanel/ca.pem')\n"
        "for name in ('10.77.0.10', 'mgmt', 'localhost'):\n"
        "    print(urllib.request.urlopen(f'https://{name}/api/health', context=context).status)\n"
    )
    assert installation.node.run("python3", "-c", script).stdout.split() == ["200"] * 3
    assert installation.node.shell("stat -c '%a %U' /data/minipanel/m.db /data/minipanel").split() == [
        "640", "minipanel", "750", "minipanel",
    ]  # fmt: skip
    installation.node.shell("minipanel rollout --remove", seconds=90)


def test_a_changed_port_and_database_are_taken_in_by_the_installed_set_up(installation: Installation) -> None:
    assert installation.install("--no-rollout", "--password-file", PASSWORD_FILE).returncode == 0
    change = 's/^port = 8080/port = 81/; s#^path = .*#path = "/data/minipanel/m.db"#'
    installation.node.shell(f"sed -i '{change}' /etc/minipanel/config.toml; minipanel setup --yes --no-rollout")
    assert "up at http://127.0.0.1:81" in installation.node.run("minipanel", "status", check=False).stdout
    assert installation.node.shell("stat -c %U /data/minipanel/m.db").strip() == "minipanel"


def test_what_must_be_fixed_is_reported_and_nothing_is_changed(installation: Installation) -> None:
    installation.node.shell("systemctl stop munge")
    try:
        done = installation.install("--no-rollout")
    finally:
        installation.node.shell("systemctl start munge")
    assert done.returncode == 1
    assert "munged is not running" in done.stdout
    assert "systemctl enable --now munge" in done.stdout
    assert installation.traces() == []
