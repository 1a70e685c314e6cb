"""Finds the CPU's temperature inputs below /sys/class/hwmon and /sys/class/thermal.

Files and names: Documentation/hwmon/sysfs-interface.rst, coretemp.rst, k10temp.rst; driver-api/thermal/sysfs-api.rst.
"""

import os
from typing import Callable, Iterator, List, Tuple

Input = Tuple[str, str]
"""Label ("" without one) and path of one temperature."""

Group = Tuple[List[str], bool]
"""Paths of the inputs that speak for the CPU, and whether their driver has more than one."""

SOC_DRIVERS = ("cpu_thermal", "soc_thermal", "scpi_sensors")
OTHER_SOC_DRIVERS = ("apm_xgene", "scmi_sensors", "via_cputemp")
"""Ampere and X-Gene servers; other ARM firmware; Zhaoxin."""

SOC_ZONES = ("cpu", "soc", "bigcore", "littlecore", "cluster")
"""How names begin that a thermal zone of a CPU passes on to hwmon, as cpu0_thermal or bigcore1_thermal."""

ZONE_TYPES = ("x86_pkg_temp", "cpu", "soc", "acpitz")
"""How the type of a CPU's thermal zone begins, best first. acpitz is often the board's, so it is the last resort."""


def groups_of_inputs(root: str) -> Iterator[Group]:
    """Yield what may tell the CPU's temperature below root, best first; nothing on a node without sensors.

    coretemp, k10temp, zenpower, then drivers of systems on a chip, then thermal zones.
    """
    chips = read_chips(root)
    for name, choose in (("coretemp", _packages), ("k10temp", _dies), ("zenpower", _dies)):
        yield from _group([inputs for chip, inputs in chips if chip == name], choose)
    for name in SOC_DRIVERS:
        yield from _group([inputs for chip, inputs in chips if chip == name], _socs)
    yield from _group([inputs for chip, inputs in chips if _is_other_soc(chip)], _socs)
    zones = read_zones(root)
    for prefix in ZONE_TYPES:
        yield from _group([[zone] for zone in zones if zone[0].lower().startswith(prefix)], _all)


def read_chips(root: str) -> List[Tuple[str, List[Input]]]:
    """Return each hwmon chip's driver name and temperature inputs, in order of their numbers."""
    chips = []
    for folder in _numbered(root.rstrip("/") + "/sys/class/hwmon", "hwmon"):
        inputs = [
            (_text(path[: -len("_input")] + "_label"), path)
            for path in _numbered(folder, "temp")
            if path.endswith("_input")
        ]
        chips.append((_text(folder + "/name"), inputs))
    return chips


def read_zones(root: str) -> List[Input]:
    """Return each thermal zone's type and the path of its temperature, in order of their numbers."""
    folders = _numbered(root.rstrip("/") + "/sys/class/thermal", "thermal_zone")
    return [(_text(folder + "/type"), folder + "/temp") for folder in folders]


def _group(chips: List[List[Input]], choose: Callable[[List[Input]], List[str]]) -> Iterator[Group]:
    paths = [path for inputs in chips for path in choose(inputs)]
    if paths:
        yield paths, sum(len(inputs) for inputs in chips) > 1


def _packages(inputs: List[Input]) -> List[str]:
    """One input for the whole package, where the CPU has it; else each core."""
    return [path for label, path in inputs if label.startswith("Package id")] or _all(inputs)


def _dies(inputs: List[Input]) -> List[str]:
    """Tdie is the true temperature; Tctl is Tdie plus an offset that steers the fans, 0 on EPYC."""
    for wanted in ("Tdie", "Tctl"):
        paths = [path for label, path in inputs if label == wanted]
        if paths:
            return paths
    return _all(inputs)  # before Linux 4.19 k10temp had one input without a label


def _socs(inputs: List[Input]) -> List[str]:
    """Where labels name the chip, the inputs of memory, power supplies and boards beside it are left out."""
    words = ("soc", "cpu", "core", "cluster")
    return [path for label, path in inputs if any(word in label.lower() for word in words)] or _all(inputs)


def _all(inputs: List[Input]) -> List[str]:
    return [path for _, path in inputs]


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
