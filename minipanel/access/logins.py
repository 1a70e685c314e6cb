"""Checks logins: in the same time for every name, and with limits on tries."""

from __future__ import annotations

from minipanel.access.accounts import Account, Accounts
from minipanel.access.attempts import Attempts, place_of
from minipanel.access.devices import known_device, new_device
from minipanel.access.password import Passwords
from minipanel.config import Config
from minipanel.errors import NotAuthenticated, TooManyTries


class Logins:
    """Finds the account that a name and a password belong to."""

    def __init__(self, config: Config, accounts: Accounts) -> None:
        self._accounts = accounts
        self._attempts = Attempts()
        self._passwords = Passwords()
        self._secret = config.server.jwt_secret

    def reload(self, config: Config) -> None:
        """Apply a changed configuration."""
        self._secret = config.server.jwt_secret

    def close(self) -> None:
        """Stop the threads that compare passwords."""
        self._passwords.close()

    async def account(self, username: str, password: str, address: str, device: str | None) -> Account:
        """Return the account. `device`: the browser's device cookie, if it has one.

        Raises NotAuthenticated, in the same time and words whether the name or the password is wrong. Raises
        TooManyTries for a place with too many failed tries, and while too many logins wait.
        """
        account = self._accounts.find(username)
        known = known_device(device, self._secret, account.name) if account else None
        place = f"device {known}" if known else place_of(address)
        self._refuse_flood(place, known is not None)
        # The work is the same for every name and every hash, so the time does not reveal which accounts exist.
        password_hash = account.password_hash if account else None
        matches = await self._passwords.match(password, password_hash, self._accounts.cost, place, known is not None)
        # The account may have changed while the comparison ran: an old password must not open a new session.
        if account is None or not matches or account != self._accounts.find(username):
            raise NotAuthenticated("The username or the password is wrong.")
        self._attempts.succeeded(place)
        return account

    def new_device(self, username: str) -> str:
        """Return a device cookie for a browser in which this user has just logged in."""
        return new_device(self._secret, username)

    def _refuse_flood(self, place: str, is_known: bool) -> None:
        # A try that can't be checked now must not count as failed.
        wait_seconds = 0 if self._passwords.is_busy(place, is_known) else self._attempts.begin(place)
        if wait_seconds:
            raise TooManyTries(
                "Too many failed logins from this address; try again in {seconds} seconds.",
                wait_seconds,
                seconds=wait_seconds,
            )
