"""Finds the CPU's temperature inputs below /sys/class/hwmon and /sys/class/thermal.

Files and names: Documentation/hwmon/sysfs-interface.rst, coretemp.rst, k10temp.rst; driver-api/thermal/sysfs-api.rst.
"""

import os
from typing import Callable, Dict, Iterator, List, Tuple

LONGEST_NAME = 64

SOC_DRIVERS = ("cpu_thermal", "soc_thermal", "scpi_sensors")
OTHER_SOC_DRIVERS = ("apm_xgene", "scmi_sensors", "via_cputemp")
"""Ampere and X-Gene servers; other ARM firmware; Zhaoxin."""

SOC_ZONES = ("cpu", "soc", "bigcore", "littlecore", "cluster")
"""How names begin that a thermal zone of a CPU passes on to hwmon, as cpu0_thermal or bigcore1_thermal."""

ZONE_TYPES = ("x86_pkg_temp", "cpu", "soc", "acpitz")
"""How the type of a CPU's thermal zone begins, best first. acpitz is often the board's, so it is the last resort."""


class Input:
    """One temperature: the hwmon driver or the type of the thermal zone, its label ("" without one), and its file."""

    __slots__ = ("driver", "label", "path")

    def __init__(self, driver: str, label: str, path: str) -> None:
        self.driver = driver
        self.label = label
        self.path = path


Group = Tuple[List[Input], bool]
"""The inputs that speak for the CPU, and whether their driver has more than one."""

Choice = Callable[[List[Input]], List[Input]]


def groups_of_inputs(root: str) -> Iterator[Group]:
    """Yield what may tell the CPU's temperature below root, best first; nothing on a node without sensors.

    coretemp, k10temp, zenpower, then drivers of systems on a chip, then thermal zones.
    """
    chips = read_chips(root)
    for name, choose in (("coretemp", _packages), ("k10temp", _dies), ("zenpower", _dies)):
        yield from _group([inputs for driver, inputs in chips if driver == name], choose)
    for name in SOC_DRIVERS:
        yield from _group([inputs for driver, inputs in chips if driver == name], _socs)
    yield from _group([inputs for driver, inputs in chips if _is_other_soc(driver)], _socs)
    zones = read_zones(root)
    for prefix in ZONE_TYPES:
        yield from _group([[zone] for zone in zones if zone.driver.lower().startswith(prefix)], _all)


def name_of(inputs: List[Input]) -> str:
    """Return what inputs are called: "coretemp Package id 0, Package id 1", "k10temp Tctl", "acpitz".

    Printable ASCII, at most 64 characters, each driver and label once: fit for a header.
    """
    labels: Dict[str, List[str]] = {}
    for found in inputs:
        of_driver = labels.setdefault(found.driver, [])
        if found.label and found.label not in of_driver:
            of_driver.append(found.label)
    text = ", ".join(" ".join([driver, ", ".join(of_driver)]).strip() for driver, of_driver in labels.items())
    return "".join(sign if " " <= sign <= "~" else "?" for sign in text)[:LONGEST_NAME].strip(", ")


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
    """One input for the whole package, where the CPU has it; else each core."""
    return [found for found in inputs if found.label.startswith("Package id")] or inputs


def _dies(inputs: List[Input]) -> List[Input]:
    """Tdie is the true temperature; Tctl is Tdie plus an offset that steers the fans, 0 on EPYC."""
    for wanted in ("Tdie", "Tctl"):
        chosen = [found for found in inputs if found.label == wanted]
        if chosen:
            return chosen
    return inputs  # before Linux 4.19 k10temp had one input without a label


def _socs(inputs: List[Input]) -> List[Input]:
    """Where labels name the chip, the inputs of memory, power supplies and boards beside it are left out."""
    words = ("soc", "cpu", "core", "cluster")
    return [found for found in inputs if any(word in found.label.lower() for word in words)] or inputs


def _all(inputs: List[Input]) -> List[Input]:
    return inputs


def _is_other_soc(name: str) -> bool:
    is_zone = name.endswith("_thermal") and name.startswith(SOC_ZONES)
    return name in OTHER_SOC_DRIVERS or (is_zone and name not in SOC_DRIVERS)


def _numbered(folder: str, prefix: str) -> List[str]:
    """Return the paths in a folder whose names are the prefix and a number, sorted by it; [] without the folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    found = [name for name in names if name.startswith(prefix) and name[len(prefix) : len(prefix) + 1].isdigit()]
    return [os.path.join(folder, name) for name in sorted(found, key=lambda name: (len(name), name))]


def _text(path: str) -> str:
    """Return a one-line file's text, "" where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(256).decode("utf-8", "replace").strip()
    except OSError:
        return ""
