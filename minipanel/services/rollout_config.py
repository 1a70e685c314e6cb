"""[rollout] of config.toml: the user that the roll-out logs in as on the nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from minipanel.config import kinds
from minipanel.config.section import Key, Section
from minipanel.config.table import Table

ROOT = "root"
USER_ALLOWED = "a user's name: 1 to 64 letters, digits and . _ @ + - without a space, beginning with none of . @ + -"

_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}")


def is_user(text: str) -> bool:
    """Return whether this can be a user's name on the nodes. It goes into ssh's configuration, so nothing else may."""
    return _USER.fullmatch(text) is not None


_USER_KIND = kinds.text(USER_ALLOWED, lambda value: value if is_user(value) else None)


@dataclass(frozen=True, slots=True)
class RolloutConfig:
    """[rollout]. `sudo`: a user other than root becomes root on the node."""

    user: Annotated[
        str,
        Key(
            _USER_KIND,
            "The user that the roll-out logs in as by ssh.",
            "分发时以哪个用户 ssh 登录各节点。",
        ),
    ] = ROOT
    sudo: Annotated[
        bool,
        Key(
            kinds.flag(),
            "If user is not root: become root on the nodes with `sudo -n`, without a password.",
            "登录用户不是 root 时：在节点上通过 `sudo -n` 取得 root 权限，sudo 不得询问密码。",
        ),
    ] = False


def _need_user_for_sudo(table: Table, value: RolloutConfig) -> RolloutConfig:
    if value.sudo and value.user == ROOT:
        raise table.error("sudo in {place} is true, but user is root; name the user who logs in", place=table.place)
    return value


ROLLOUT = Section("rollout", RolloutConfig, _need_user_for_sudo)
