"""Does it add up? Agents report known values through a storm of faults; then every record is checked exactly.

    python bench/storm --minutes 20     all faults in turn; writes results/storm.md
    python bench/storm --seconds 30 --no-save
    python bench/storm --seconds 0 --forget 40 --no-save     the panel forgets one write in 40; it must be found
    python bench/storm --archive --minutes 14       faults of its engine, too; writes results/storm-archive.md

Needs munged, and root or user namespaces: the storm has its own network and disks, so that it can cut the one and fill
the others. Exits with 1 if a single sample is lost or counted twice.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:1] = [str(ROOT / "bench"), str(ROOT), str(ROOT / "agent")]

from processes import machine  # noqa: E402

from storm import faults  # noqa: E402
from storm.absence import Absence  # noqa: E402
from storm.alerts import Happened, unexplained  # noqa: E402
from storm.archive import Archive  # noqa: E402
from storm.cluster import Cluster  # noqa: E402
from storm.reckoning import Result, reckon  # noqa: E402
from tests.munged import find_munged  # noqa: E402

INSIDE = "MINIPANEL_STORM"
CALM_SECONDS = (2.0, 9.0)
"""Between two faults."""

LONG_SECONDS = 150
"""A run of this length has all faults, and two agents that are away for long enough to leave a gap."""


def main() -> int:
    """Run the storm in its own namespaces and return the exit code."""
    options = read_arguments()
    if find_munged() is None:
        sys.exit("munged is not installed.")
    if INSIDE not in os.environ:
        return subprocess.call([*_unshare(), sys.executable, *sys.argv], env={**os.environ, INSIDE: "1"})
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.TemporaryDirectory(prefix="minipanel-storm-", dir="/var/tmp") as folder:
        text, is_well = storm(Path(folder), options)
    print(text)
    if not options.no_save:
        name = "storm-archive.md" if options.archive else "storm.md"
        (ROOT / "bench" / "results" / name).write_text(text)
    return 0 if is_well else 1


def read_arguments() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=20)
    length.add_argument("--seconds", type=float, help="a short storm: three faults; 0: none")
    parser.add_argument("--simulated", type=int, default=60, help="simulated agents")
    parser.add_argument("--real", type=int, default=4, help="real agents, from the current tree")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeat the storm of this seed")
    parser.add_argument("--forget", type=int, default=0, metavar="N", help="a panel that forgets one write in N")
    parser.add_argument("--archive", action="store_true", help="with an archive, whose engine has faults of its own")
    parser.add_argument("--no-save", action="store_true", help="only print")
    return parser.parse_args()


def storm(folder: Path, options: argparse.Namespace) -> tuple[str, bool]:
    """Return the result as a page, and whether everything adds up."""
    seconds = 60 * options.minutes if options.seconds is None else options.seconds
    archive = Archive(folder) if options.archive else None
    cluster = Cluster(folder, options.simulated, options.real, archive)
    cluster.controls.forgets_one_in = float(options.forget)
    try:
        cluster.start()
        time.sleep(6)  # a first tick in calm
        if archive is not None:
            archive.rage(random.Random(options.seed + 1), seconds)
        happened, wrong_reasons = rage(cluster, random.Random(options.seed), seconds)
        if archive is not None:
            archive.calm()
        books, told = cluster.finish()
        result = reckon(cluster.database, books)
        alerts, without_cause = unexplained(cluster.database, happened, cluster.nodes_ended_at)
    finally:
        cluster.clean_up()
    result.faults += cluster.complaints + wrong_reasons + without_cause
    return report(options, seconds, happened, alerts, told, result, archive), not result.faults


def rage(cluster: Cluster, chance: random.Random, seconds: float) -> tuple[list[Happened], list[str]]:
    """Cause faults for this long. Return what happened, and a sentence for each gap with a wrong reason."""
    is_long = seconds >= LONG_SECONDS
    began = time.time()
    absence = Absence(cluster) if is_long else None
    happened = []
    for fault in forecast(faults.ALL if is_long else faults.SHORT, chance, time.monotonic() + seconds):
        begun = time.time()
        fault(cluster, chance)
        happened.append(Happened(str(fault.__doc__), begun, time.time()))
        time.sleep(chance.uniform(*CALM_SECONDS))
    wrong_reasons = absence.end() if absence else []
    if absence:
        happened.append(Happened("two agents away for a while", began, time.time()))
    return happened, wrong_reasons


def forecast(kinds: tuple[faults.Fault, ...], chance: random.Random, end: float) -> Iterator[faults.Fault]:
    """Yield faults until the end: all of them in random order, then again in another."""
    while True:
        for fault in chance.sample(kinds, len(kinds)):
            if time.monotonic() >= end:
                return
            print(f"{end - time.monotonic():4.0f} s left: {fault.__doc__}", file=sys.stderr, flush=True)
            yield fault


def report(
    options: argparse.Namespace,
    seconds: float,
    happened: list[Happened],
    alerts: Counter[str],
    told: dict[str, object],
    result: Result,
    archive: Archive | None,
) -> str:
    """Return the result as a page."""
    counts = Counter(each.what for each in happened) + (Counter() if archive is None else archive.happened)
    verdict = "nothing lost, nothing twice" if not result.faults else f"{len(result.faults)} FAULTS"
    lines = [
        f"# Storm: {verdict}",
        "",
        f"{machine()}. {options.simulated} simulated and {options.real} real agents at 5 s, MUNGE, {seconds / 60:.1f} "
        f"minutes, seed {options.seed}.",
        "",
        f"{result.samples} samples in {result.records} records, each with the exact mean, maximum and count. "
        f"{result.uncertain} ticks fell close to a start, an end, a suspension or a clock step of a real agent: "
        "their samples may be there or not. "
        f"Real agents missed {result.missed} ticks and logged them. "
        f"From nodes whose clock was ahead, {result.refused} samples of real agents, which logged it, and "
        f"{told['refused']} of simulated ones were refused for good.",
        "",
        f"Answers to the simulated agents by status (0: none within 4 s): {told['statuses']}; "
        f"the slowest took {told['slowest_seconds']:.1f} s.",
        "",
        "Alerts that people got, by rule and reason, each with a fault that explains it: "
        f"{', '.join(f'{times} {what}' for what, times in sorted(alerts.items())) or 'none'}.",
        "",
        *([archived(archive), ""] if archive is not None else []),
        "| fault | times |",
        "| --- | --- |",
        *(f"| {fault} | {times} |" for fault, times in sorted(counts.items())),
    ]
    if result.faults:
        lines += ["", *(f"- {fault}" for fault in result.faults[:40])]
    return "\n".join(lines) + "\n"


def archived(archive: Archive) -> str:
    """Describe the state of the archive."""
    return (
        f"After one more kill and start, the engine had each of {archive.records} records in every column as the "
        f"database has it. {archive.middleman.dropped} requests were answered with 204 and dropped."
    )


def _unshare() -> list[str]:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--net", "--mount"]


if __name__ == "__main__":
    sys.exit(main())
