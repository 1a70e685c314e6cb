"""The accounts of config.toml, with fingerprints by which sessions notice a changed password."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from minipanel.config import Config
from minipanel.models.caller import Role


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `fingerprint`: changes with the password, but gives no help in guessing it."""

    name: str
    password_hash: str
    role: Role
    fingerprint: str


class Accounts:
    """All accounts, by name. `cost`: the highest bcrypt cost of their hashes; every login takes that long."""

    def __init__(self, config: Config) -> None:
        self._accounts: dict[str, Account] = {}
        self.cost = 0
        self.reload(config)

    def reload(self, config: Config) -> None:
        """Apply a changed configuration."""
        secret = config.server.jwt_secret.encode()
        self._accounts = {
            user.name: Account(user.name, user.password_hash, user.role, _fingerprint(secret, user.password_hash))
            for user in config.accounts
        }
        self.cost = max(cost_of(account.password_hash) for account in self._accounts.values())

    def find(self, name: str) -> Account | None:
        """Return the account with exactly this name, also in case; None if there is none."""
        return self._accounts.get(name)


def cost_of(password_hash: str) -> int:
    """Return the cost of a bcrypt hash: $2b$12$... -> 12."""
    return int(password_hash[4:6])


def _fingerprint(secret: bytes, password_hash: str) -> str:
    return hmac.new(secret, password_hash.encode(), hashlib.sha256).hexdigest()[:16]
