"""Who has to wait after failed logins, and how long."""

from minipanel.access.attempts import MAX_PLACES, Attempts, place_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def attempts_and_clock() -> tuple[Attempts, Clock]:
    clock = Clock()
    return Attempts(clock), clock


def fail(attempts: Attempts, address: str, times: int) -> list[int]:
    return [attempts.begin(address) for _ in range(times)]


def test_five_tries_are_free_and_the_sixth_waits():
    attempts, _ = attempts_and_clock()
    assert fail(attempts, "10.0.0.9", 6) == [0, 0, 0, 0, 0, 2]


def test_the_wait_doubles_with_each_failure_up_to_a_minute():
    attempts, clock = attempts_and_clock()
    fail(attempts, "10.0.0.9", 5)
    waits = []
    for _ in range(40):
        waits.append(attempts.begin("10.0.0.9"))
        clock.now += waits[-1]
        assert attempts.begin("10.0.0.9") == 0
    assert waits[:7] == [2, 4, 8, 16, 32, 60, 60]
    assert set(waits[7:]) == {60}


def test_tries_while_waiting_are_not_counted():
    attempts, clock = attempts_and_clock()
    fail(attempts, "10.0.0.9", 100)
    clock.now += 1.5
    assert attempts.begin("10.0.0.9") == 1
    clock.now += 0.5
    assert fail(attempts, "10.0.0.9", 2) == [0, 4]


def test_five_quiet_minutes_make_good():
    attempts, clock = attempts_and_clock()
    fail(attempts, "10.0.0.9", 6)
    clock.now += 301
    assert fail(attempts, "10.0.0.9", 6) == [0, 0, 0, 0, 0, 2]


def test_a_login_that_succeeded_makes_good():
    attempts, _ = attempts_and_clock()
    fail(attempts, "10.0.0.9", 4)
    attempts.succeeded("10.0.0.9")
    assert fail(attempts, "10.0.0.9", 5) == [0, 0, 0, 0, 0]


def test_addresses_are_counted_apart():
    attempts, _ = attempts_and_clock()
    fail(attempts, "10.0.0.9", 6)
    assert attempts.begin("10.0.0.8") == 0


def test_ipv6_addresses_of_one_network_are_one_place():
    assert len({place_of(f"fd00::{index:x}") for index in range(6)}) == 1
    assert place_of("fd00:0:0:1::1") != place_of("fd00::1")


def test_an_ipv4_address_written_as_ipv6_is_the_same_place():
    assert place_of("::ffff:10.0.0.9") == place_of("10.0.0.9") != place_of("::ffff:10.0.0.8")


def test_all_addresses_of_this_machine_alone_are_one_place():
    assert len({place_of(address) for address in ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.2")}) == 1


def test_no_address_at_all_is_counted_like_one():
    attempts, _ = attempts_and_clock()
    assert fail(attempts, "", 6)[-1] == 2


def test_only_so_many_addresses_are_remembered_the_last_ones():
    attempts, _ = attempts_and_clock()
    for index in range(MAX_PLACES + 10):
        fail(attempts, f"10.1.{index // 256}.{index % 256}", 5)
    assert len(attempts._tries) == MAX_PLACES
    assert attempts.begin("10.1.0.0") == 0
    assert attempts.begin("10.1.39.25") == 2
