"""A room's own section of config.toml: declared once, passed in from above, read and checked like the panel's own."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, dataclass
from pathlib import Path
from typing import Annotated

import pytest

from minipanel.config import check_config, kinds, values
from minipanel.config.editing import add_nodes, remove_nodes, set_password_hash, set_values
from minipanel.config.section import Key, Section
from minipanel.config.table import Table
from minipanel.config.template import as_toml
from minipanel.errors import ConfigError
from tests.panel.test_config_reading import GOOD

PATH = Path("/etc/minipanel/config.toml")


@dataclass(frozen=True, slots=True)
class MailConfig:
    server: Annotated[str | None, Key(kinds.hostname(), "The mail server.", "邮件服务器。")] = None
    port: Annotated[int, Key(kinds.whole_number(1, 65535), "Its port.", "它的端口。")] = 25


@dataclass(frozen=True, slots=True)
class QuietConfig:
    hours: Annotated[int, Key(kinds.whole_number(0, 24), "Hours without mail.", "不发邮件的小时数。")] = 0


def refuse_bad_luck(table: Table, quiet: QuietConfig) -> QuietConfig:
    if quiet.hours == 13:
        raise table.error(f"hours in {table.place} is 13; that brings bad luck")
    return quiet


MAIL, QUIET = Section("mail", MailConfig), Section("mail.quiet", QuietConfig, refuse_bad_luck)
ROOMS = (MAIL, QUIET)


def refusal(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        check_config(GOOD + text, PATH, ROOMS)
    return str(caught.value).removeprefix(f"{PATH}: ")


def test_a_room_reads_its_own_section_and_the_one_below_it() -> None:
    config = check_config(f'{GOOD}[mail.quiet]\nhours = 8\n[mail]\nserver = "post"\n', PATH, ROOMS)
    assert config.of(MAIL) == MailConfig("post", 25)
    assert config.of(QUIET) == QuietConfig(8)


def test_a_missing_section_has_its_defaults() -> None:
    assert check_config(GOOD, PATH, ROOMS).of(MAIL) == check_config(GOOD, PATH).of(MAIL) == MailConfig()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[mail]\nport = 0\n", "port in [mail] is 0; it must be a whole number from 1 to 65535."),
        ("[mail]\nprot = 1\n", 'unknown key "prot" in [mail]; did you mean port?'),
        ("[mail]\nzzz = 1\n", 'unknown key "zzz" in [mail]; known there: port, quiet, server.'),
        ("[mail.quiet]\nhour = 1\n", 'unknown key "hour" in [mail.quiet]; did you mean hours?'),
        ("[mail.quiet]\nhours = 13\n", "hours in [mail.quiet] is 13; that brings bad luck."),
        ("[[mail]]\nport = 1\n", "mail is not a table; it must be a section [mail]."),
        ("[mail]\nquiet = 1\n", "mail.quiet is not a table; it must be a section [mail.quiet]."),
    ],
)
def test_what_a_room_does_not_allow_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    assert refusal(text) == sentence


def test_a_section_of_no_room_is_refused() -> None:
    with pytest.raises(ConfigError, match=r'unknown key "mail" in the file; known there: admin, agents, database'):
        check_config(f"{GOOD}[mail]\nport = 1\n", PATH)


def test_commands_that_change_the_file_leave_a_rooms_section_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    mine = '[mail] # ours\nserver = "post"\n\n[mail.quiet]\nhours = 8\n'
    path.write_text(GOOD.replace("[agents]", f"{mine}\n[agents]"))
    add_nodes(path, [values.NodeConfig("a", "10.0.0.9", "a")], ROOMS)
    remove_nodes(path, {"node001"}, ROOMS)
    set_password_hash(path, "$2b$04$" + "b" * 53, ROOMS)
    config = set_values(path, "mail", {"port": 2525}, ROOMS)
    assert (config.of(MAIL), config.of(QUIET)) == (MailConfig("post", 2525), QuietConfig(8))
    assert mine.replace("\n\n", "\nport = 2525\n\n") in path.read_text()


@pytest.mark.parametrize("section", [values.SERVER, values.ADMIN, values.DATABASE, values.AGENTS, values.NODES, *ROOMS])
def test_each_default_is_one_that_the_file_could_say(section: Section[object]) -> None:
    said = {name: (key, value) for name, (key, value) in section.keys.items() if value not in (None, "", MISSING)}
    for name, (key, value) in said.items():
        table = Table(PATH, "[x]", tomllib.loads(f"{name} = {as_toml(value, PATH.parent)}"), [name])
        assert table.read(name, key.kind) == value, name
