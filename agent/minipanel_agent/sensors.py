"""Finds the CPU's temperature inputs below /sys/class/hwmon and /sys/class/thermal.

Files and names: Documentation/hwmon/sysfs-interface.rst, coretemp.rst, k10temp.rst; driver-api/thermal/sysfs-api.rst.
"""

import os
from typing import Callable, Dict, Iterator, List, Optional, Tuple

LONGEST_NAME = 64

LOWEST_LIMIT, HIGHEST_LIMIT = 50.0, 150.0
"""°C. Firmware fills limits that nobody set with 0, 5, 20.8 or 255; no CPU is too hot at 50."""

PACKAGE_LABELS = ("Package id", "Physical id")
"""coretemp's label of a whole package: now, and before Linux 4.12."""

SOC_DRIVERS = ("apm_xgene", "scmi_sensors", "via_cputemp")
"""Ampere and X-Gene servers; other ARM firmware; Zhaoxin."""

SOC_ZONES = ("soc", "package", "big", "little", "core", "cluster", "tj", "armada", "bcm2", "kunpeng")
"""How zones of a chip's CPUs are named if not "cpu": after the part, or the chip by its driver."""


class Input:
    """One temperature: the hwmon driver or the type of the thermal zone, its label ("" without one), and its file."""

    __slots__ = ("driver", "label", "path")

    def __init__(self, driver: str, label: str, path: str) -> None:
        self.driver = driver
        self.label = label
        self.path = path


Group = Tuple[List[Input], bool]
"""The inputs for the CPU's temperature, and whether their driver has more than one."""

Choice = Callable[[List[Input]], List[Input]]


def groups_of_inputs(root: str) -> Iterator[Group]:
    """Yield groups of inputs that may give the CPU's temperature, best first; nothing on a node without sensors.

    coretemp, k10temp, zenpower, then drivers of systems on a chip, then thermal zones.
    """
    chips = read_chips(root)
    for name, choose in (("coretemp", _packages), ("k10temp", _dies), ("zenpower", _dies)):
        yield from _group([inputs for driver, inputs in chips if driver == name], choose)
    for start in ("cpu_thermal", "soc_thermal", "scpi_sensors"):
        yield from _group([inputs for driver, inputs in chips if _plain(driver).startswith(start)], _socs)
    yield from _group([inputs for driver, inputs in chips if _is_soc_chip(driver)], _socs)
    zones = [(_plain(zone.driver), zone) for zone in read_zones(root)]
    yield from _group([[zone] for name, zone in zones if name == "x86_pkg_temp"], _all)
    yield from _group([[zone] for name, zone in zones if "cpu" in name], _all)
    yield from _group([[zone] for name, zone in zones if name.startswith("soc")], _all)
    yield from _group([[zone] for name, zone in zones if name.startswith(SOC_ZONES)], _all)
    # Often the board's, so only the last resort.
    yield from _group([[zone] for name, zone in zones if name == "acpitz"], _all)


def name_of(inputs: List[Input]) -> str:
    """Return a name for inputs: "coretemp Package id 0, Package id 1", "k10temp Tctl", "acpitz".

    Printable ASCII, at most 64 characters, each driver and label once: suitable for a header.
    """
    labels: Dict[str, List[str]] = {}
    for found in inputs:
        of_driver = labels.setdefault(found.driver, [])
        if found.label and found.label not in of_driver:
            of_driver.append(found.label)
    text = ", ".join(" ".join([driver, ", ".join(of_driver)]).strip() for driver, of_driver in labels.items())
    return "".join(sign if " " <= sign <= "~" else "?" for sign in text)[:LONGEST_NAME].strip(", ")


def limit_of(inputs: List[Input]) -> Optional[float]:
    """Return from how many °C on the kernel calls these too hot, the lowest limit; None if it names none."""
    limits = [_limit(found.path[: -len("_input")]) for found in inputs if found.path.endswith("_input")]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(start: str) -> Optional[float]:
    """Return tempN_crit, at which the chip protects itself; else tempN_max (sysfs-interface.rst)."""
    for ending in ("_crit", "_max"):
        try:
            limit = int(_text(start + ending)) / 1000
        except ValueError:
            continue
        if LOWEST_LIMIT <= limit <= HIGHEST_LIMIT:
            return limit
    return None


def read_chips(root: str) -> List[Tuple[str, List[Input]]]:
    """Return each hwmon chip's driver name and temperature inputs, in order of their numbers."""
    chips = []
    for folder in _numbered(root.rstrip("/") + "/sys/class/hwmon", "hwmon"):
        driver = _text(folder + "/name")
        inputs = [
            Input(driver, _text(path[: -len("_input")] + "_label"), path)
            for path in _numbered(folder, "temp")
            if path.endswith("_input")
        ]
        chips.append((driver, inputs))
    return chips


def read_zones(root: str) -> List[Input]:
    """Return each thermal zone's temperature, in order of their numbers."""
    folders = _numbered(root.rstrip("/") + "/sys/class/thermal", "thermal_zone")
    return [Input(_text(folder + "/type"), "", folder + "/temp") for folder in folders]


def _group(chips: List[List[Input]], choose: Choice) -> Iterator[Group]:
    chosen = [found for inputs in chips for found in choose(inputs)]
    if chosen:
        yield chosen, sum(len(inputs) for inputs in chips) > 1


def _packages(inputs: List[Input]) -> List[Input]:
    """Return the input for the whole package if the CPU has one, otherwise each core's."""
    return [found for found in inputs if found.label.startswith(PACKAGE_LABELS)] or inputs


def _dies(inputs: List[Input]) -> List[Input]:
    """Return Tdie, the true temperature, rather than Tctl, which is Tdie plus an offset for the fans, 0 on EPYC."""
    for wanted in ("Tdie", "Tctl"):
        chosen = [found for found in inputs if found.label == wanted]
        if chosen:
            return chosen
    return inputs  # before Linux 4.19 k10temp had one input without a label


def _socs(inputs: List[Input]) -> List[Input]:
    """Return the chip's inputs if labels name it, without those of memory, power supplies and boards."""
    words = ("soc", "cpu", "core", "cluster")
    return [found for found in inputs if any(word in found.label.lower() for word in words)] or inputs


def _all(inputs: List[Input]) -> List[Input]:
    return inputs


def _is_soc_chip(driver: str) -> bool:
    """Return whether a chip is a system on a chip, by its driver or by its thermal zone that hwmon shows."""
    name = _plain(driver)
    return driver in SOC_DRIVERS or ("_thermal" in name and ("cpu" in name or name.startswith(SOC_ZONES)))


def _plain(name: str) -> str:
    """Return the name of a zone as in hwmon since Linux 5.1: cpu-thermal -> cpu_thermal."""
    return name.lower().replace("-", "_")


def _numbered(folder: str, prefix: str) -> List[str]:
    """Return the paths in a folder whose names are the prefix and a number, sorted by it; [] without the folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found = [name for name in names if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1].isdigit()]
    return [os.path.join(folder, name) for name in sorted(found, key=lambda name: (len(name), name))]


def _text(path: str) -> str:
    """Return a one-line file's text, "" if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(256).decode("utf-8", "replace").strip()
    except OSError:
        return ""
