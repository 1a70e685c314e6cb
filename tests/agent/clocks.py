"""A clock that tests set, and a sleep that moves it."""

from typing import Callable, List, Optional


class FakeClock:
    """Returns Unix seconds; sleep() takes no real time."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.slept: List[float] = []
        self.while_asleep: Optional[Callable[[], None]] = None
        """Called once, after the next sleep: what happens to the node meanwhile."""

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        happened, self.while_asleep = self.while_asleep, None
        if happened:
            happened()

    def jump(self, seconds: float) -> Callable[[], None]:
        """Return a function that moves the clock by this many seconds, like a clock step or a stall."""

        def set_by() -> None:
            self.now += seconds

        return set_by
