"""A certificate as agents will see it: it passes if all of them accept it, and fails if one refuses it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from minipanel.errors import CommandError
from minipanel.setup.look.certificate import ends_soon, refuse_for_agents
from tests.setup.authority import make_pair
from tests.setup.machine import english

DAY = 86400


def moment(seconds: float) -> str:
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


@pytest.mark.parametrize("host", ["10.0.0.1", "mgmt", "mgmt.cluster.test", "fd00::1"])
def test_a_certificate_is_good_for_each_name_in_it(tmp_path: Path, host: str) -> None:
    pair = make_pair(tmp_path, "IP:10.0.0.1,DNS:mgmt,DNS:*.cluster.test,IP:fd00::1")
    assert refuse_for_agents(pair.certificate, pair.key, pair.ca, host, english) > time.time()


@pytest.mark.parametrize("host", ["10.0.0.2", "panel", "a.b.cluster.test"])
def test_a_name_that_is_not_in_it_is_refused(tmp_path: Path, host: str) -> None:
    pair = make_pair(tmp_path, "IP:10.0.0.1,DNS:mgmt,DNS:*.cluster.test")
    with pytest.raises(CommandError, match=f"does not name {host}"):
        refuse_for_agents(pair.certificate, pair.key, pair.ca, host, english)


@pytest.mark.parametrize("usage", ["", "keyUsage = critical, cRLSign\n", "keyUsage = critical, digitalSignature\n"])
def test_a_ca_that_may_not_sign_is_refused_on_every_python(tmp_path: Path, usage: str) -> None:
    pair = make_pair(tmp_path, "IP:10.0.0.1", key_usage=usage)
    with pytest.raises(CommandError, match=r"would refuse the certificate"):
        refuse_for_agents(pair.certificate, pair.key, pair.ca, "10.0.0.1", english)


def test_another_ca_is_refused_and_one_that_is_none_is_named(tmp_path: Path) -> None:
    pair, other = make_pair(tmp_path / "a", "IP:10.0.0.1"), make_pair(tmp_path / "b", "IP:10.0.0.1")
    with pytest.raises(CommandError, match=r"unable to get local issuer certificate.*they trust .*/b/ca\.pem"):
        refuse_for_agents(pair.certificate, pair.key, other.ca, "10.0.0.1", english)
    with pytest.raises(CommandError, match="--tls-ca"):
        refuse_for_agents(pair.certificate, pair.key, None, "10.0.0.1", english)
    with pytest.raises(CommandError, match="is not a CA in PEM"):
        refuse_for_agents(pair.certificate, pair.key, pair.key, "10.0.0.1", english)


def test_what_ends_within_thirty_days_is_warned_of(tmp_path: Path) -> None:
    now = time.time()
    soon = make_pair(tmp_path / "soon", "IP:10.0.0.1", end=moment(now + 29 * DAY))
    late = make_pair(tmp_path / "late", "IP:10.0.0.1", end=moment(now + 31 * DAY))
    ends = [refuse_for_agents(pair.certificate, pair.key, pair.ca, "10.0.0.1", english) for pair in (soon, late)]
    day = time.strftime("%Y-%m-%d", time.gmtime(ends[0]))
    assert ends_soon(ends[0], english).startswith(f"The certificate, or its CA, expires on {day};")
    assert ends_soon(ends[1], english) == ""


def test_the_ca_may_end_before_its_certificate(tmp_path: Path) -> None:
    soon = make_pair(tmp_path / "soon", "IP:10.0.0.1", ca_end=moment(time.time() + 20 * DAY))
    assert ends_soon(refuse_for_agents(soon.certificate, soon.key, soon.ca, "10.0.0.1", english), english) != ""
    old = make_pair(tmp_path / "old", "IP:10.0.0.1", ca_end=moment(time.time() - DAY))
    with pytest.raises(CommandError, match=r"The CA .*/old/ca\.pem has expired"):
        refuse_for_agents(old.certificate, old.key, old.ca, "10.0.0.1", english)


def test_of_several_cas_one_that_has_ended_matters_not(tmp_path: Path) -> None:
    good, old = (
        make_pair(tmp_path / "good", "IP:10.0.0.1"),
        make_pair(tmp_path / "old", "IP:10.0.0.1", ca_end=moment(time.time() - DAY)),
    )
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(old.ca.read_text() + good.ca.read_text())
    assert ends_soon(refuse_for_agents(good.certificate, good.key, bundle, "10.0.0.1", english), english) == ""
