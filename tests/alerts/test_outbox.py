"""Messages to people: each channel sends them once, on its own, and whatever it does, none is lost or piles up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from minipanel.alerts import outbox
from minipanel.alerts.announcer import Audience
from minipanel.alerts.outbox import GIVE_UP_SECONDS, Letter, Outbox
from minipanel.alerts.shelf import Shelf, Shelved
from minipanel.errors import DatabaseError
from minipanel.models.alert import Message
from tests.alerts.running import Letterbox, Running
from tests.alerts.test_alerts import play

NOW = 1_790_000_000


def message(key: str, channel: str = "mail", **more: int) -> Message:
    return Message(channel, "hot", (), f"subject {key}", "body", NOW, NOW, key, **more)


class Sending:
    """An outbox with the test's clock and with messages in memory."""

    def __init__(self, *messages: Message, **channels: outbox.Channel) -> None:
        self.now = NOW
        self.shelf = Shelf()
        for each in messages:
            self.shelf.put(Shelved(each))
        self.outbox = Outbox(self.shelf, lambda: channels, lambda: self.now)

    async def pass_seconds(self, seconds: int) -> None:
        for _ in range(seconds // 5):
            self.now += 5
            await self.outbox.send_due()


class Odd(Letterbox):
    """A channel that does what a test says."""

    def __init__(self, does: Callable[[Letter], None]) -> None:
        super().__init__(lambda: NOW)
        self.does = does
        self.tries = 0

    def send(self, letter: Letter) -> str:
        self.tries += 1
        self.does(letter)
        return super().send(letter)


def keys(channel: Letterbox) -> list[str]:
    return [letter.key for _, letter in channel.letters]


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type]


def test_a_channel_that_is_away_is_tried_again_ever_more_rarely_and_then_gets_all() -> None:
    async def story() -> None:
        channel = Odd(lambda _: None)
        channel.is_away = True
        it = Sending(message("a"), message("b"), mail=channel)
        await it.pass_seconds(7200)
        assert 20 < channel.tries < 40  # two messages, in the end each every 15 min
        channel.is_away = False
        await it.pass_seconds(900)
        assert sorted(keys(channel)) == ["a", "b"]

    run(story)


def test_a_message_that_nobody_accepts_for_three_days_is_given_up() -> None:
    async def story() -> None:
        channel = Letterbox(lambda: NOW)
        channel.is_away = True
        it = Sending(message("a"), mail=channel)
        it.now += GIVE_UP_SECONDS - 3600
        await it.pass_seconds(3000)
        assert it.shelf.all()
        await it.pass_seconds(1800)
        assert not it.shelf.all()

    run(story)


def test_a_clock_that_jumps_by_a_week_gives_nothing_up() -> None:
    async def story() -> None:
        channel = Letterbox(lambda: NOW)
        channel.is_away = True
        it = Sending(message("a"), mail=channel)
        it.now += 7 * 86400
        await it.pass_seconds(60)
        assert it.shelf.all()

    run(story)


def test_a_fault_in_a_channel_is_a_failed_try_and_blocks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def fault(letter: Letter) -> None:
        if letter.key == "a":
            raise UnicodeError("surrogates not allowed")

    async def story() -> None:
        channel = Odd(fault)
        it = Sending(message("a"), message("b"), mail=channel)
        await it.pass_seconds(120)
        assert keys(channel) == ["b"]
        assert [each.message.error for each in it.shelf.all() if each.message.key == "a"] == [
            "A fault of MiniPanel: see the panel's log."
        ]
        assert "surrogates not allowed" in caplog.text

    run(story)


def test_a_hanging_channel_blocks_no_other_and_nothing_is_sent_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr(outbox, "STUCK_SECONDS", 0.05)
    goes_on = threading.Event()

    async def story() -> None:
        hanging, well = Odd(lambda _: goes_on.wait(20) and None), Letterbox(lambda: NOW)
        it = Sending(message("a"), message("b", "well"), mail=hanging, well=well)
        it.shelf.put(Shelved(message("c", "well")))
        await it.pass_seconds(60)
        assert keys(well) == ["b", "c"]
        assert hanging.tries == 1
        assert next(each.message.error for each in it.shelf.all() if each.message.key == "a") is not None
        goes_on.set()
        await it.pass_seconds(60)
        assert keys(hanging) == ["a"]
        assert all(each.sent_at for each in it.shelf.all())

    run(story)


def test_what_was_accepted_is_not_sent_again_though_that_could_not_be_stored() -> None:
    class FullShelf(Shelf):
        is_full = True

        async def sent(self, message: Message, now: int) -> None:
            if self.is_full:
                raise DatabaseError("The disk is full.")
            await super().sent(message, now)

    async def story() -> None:
        channel = Odd(lambda _: None)
        it = Sending(mail=channel)
        shelf = FullShelf()
        shelf.put(Shelved(message("a")))
        it.outbox._box = shelf
        for _ in range(5):
            with pytest.raises(DatabaseError):
                await it.outbox.send_due()
        assert it.outbox.under_way == {"a"}  # so that no other message reports it again
        shelf.is_full = False
        await it.pass_seconds(60)
        assert keys(channel) == ["a"]
        assert not await shelf.waiting()

    run(story)


def test_what_could_not_be_sent_is_one_message_of_all_when_the_channel_is_back(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        it.post.is_away = True
        for node in (1, 2, 3):
            it.silent = {node}
            await it.pass_seconds(1500)
        it.post.is_away = False
        await it.pass_seconds(1200)
        ((_, letter),) = it.post.letters
        assert letter.subject.startswith("[c1] CRITICAL cn0003 down: no answer")
        assert "cn[0001-0002] down: no answer" in letter.body
        assert "over at" in letter.body
        assert "OK" not in letter.body
        assert "Some of this could not be sent for" in letter.body
        it.silent = ()
        await it.pass_seconds(900)
        assert it.subjects[1:] == ["[c1] OK cn0003 up again, after 45 min 5 s"]

    play(tmp_path, story)


def test_an_end_that_could_not_be_sent_stays_an_end_when_it_is_merged(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        it.silent = {1}
        await it.pass_seconds(900)
        it.post.is_away = True
        it.silent = {2}
        await it.pass_seconds(1500)
        it.silent = {3}
        await it.pass_seconds(600)
        it.post.is_away = False
        await it.pass_seconds(900)
        assert len(it.post.letters) == 2
        body = it.post.letters[1][1].body
        assert "OK cn0001 up again" in body
        assert "cn0002 down" in body
        assert body.count("cn0001") == 1

    play(tmp_path, story)


def test_news_during_the_sending_of_a_message_goes_into_another_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the row being sent is replaced, and SQLite may reuse its id: a message would be lost or sent twice."""
    monkeypatch.setattr(outbox, "PATIENCE_SECONDS", 0.01)
    goes_on = threading.Event()

    async def story(it: Running) -> None:
        slow = Odd(lambda _: goes_on.wait(20) and None)
        it.alerts.channels = {"mail": slow}
        await it.pass_seconds(120)
        it.silent = {1}
        await it.pass_seconds(400)
        assert slow.tries == 1
        it.silent = {1, 2}
        await it.pass_seconds(700)
        assert slow.tries == 1
        goes_on.set()
        await asyncio.sleep(0.2)
        await it.pass_seconds(60)
        assert [letter.subject.split(",")[0] for _, letter in slow.letters] == [
            "[c1] CRITICAL cn0001 down: no answer",
            "[c1] CRITICAL cn0002 down: no answer",
        ]
        assert it.rows("SELECT count(*) FROM messages WHERE sent_at IS NULL") == [(0,)]

    play(tmp_path, story)


def test_a_channel_added_later_gets_no_end_without_a_beginning(tmp_path: Path) -> None:
    async def story(it: Running) -> None:
        await it.pass_seconds(120)
        it.silent = {1}
        await it.pass_seconds(600)
        late = Letterbox(it.panel.clock)
        it.alerts.channels = {**it.alerts.channels, "late": late}
        it.alerts._audiences = [Audience("mail"), Audience("late")]
        it.silent = ()
        await it.pass_seconds(600)
        assert it.subjects[-1].startswith("[c1] OK cn0001 up again")
        assert ["OK" in letter.subject for _, letter in late.letters] == [False]
        assert "over at" in late.letters[0][1].subject

    play(tmp_path, story)
