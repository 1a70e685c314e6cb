"""Folders for tests with /proc and /sys as nodes have them.

The sensors are modelled on real machines, with the names, labels, numbers and values that their drivers give.
"""

import os
import shutil
import tempfile
from typing import Dict, List, Optional, Sequence, Tuple
from unittest import TestCase

from tests.agent.captures import MEMINFO, STAT

Chip = Sequence[Tuple[str, int]]
"""A chip's temp1, temp2 ...: each a label ("" for none) and thousandths of a °C."""


class Tree:
    """A folder in place of a node's root."""

    def __init__(self, case: TestCase) -> None:
        """Make an empty folder, removed when the test ends."""
        self.root = tempfile.mkdtemp(prefix="minipanel-tree-")
        case.addCleanup(shutil.rmtree, self.root)

    def path(self, name: str) -> str:
        return os.path.join(self.root, name)

    def write(self, name: str, text: str) -> None:
        """Write a file in place with one write: a reader that has it open sees the old text or the new, as in /proc."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        descriptor = os.open(self.path(name), os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(descriptor, text.encode(), 0)
        os.ftruncate(descriptor, len(text.encode()))
        os.close(descriptor)

    def remove(self, name: str) -> None:
        shutil.rmtree(self.path(name))

    def with_proc(self, stat: str = "", meminfo: str = "") -> "Tree":
        self.write("proc/stat", stat or STAT["RHEL 9, 5.14, 64 CPUs"])
        self.write("proc/meminfo", meminfo or MEMINFO["RHEL 9, 5.14, 256 GB"])
        return self

    def add_chip(self, number: int, name: str, inputs: Chip) -> str:
        """Make hwmonN with temp1_input, temp1_label ...; return its folder."""
        folder = f"sys/class/hwmon/hwmon{number}"
        self.write(folder + "/name", name + "\n")
        for position, (label, value) in enumerate(inputs, 1):
            self.set_input(folder, position, value)
            if label:
                self.write(f"{folder}/temp{position}_label", label + "\n")
        return folder

    def set_input(self, folder: str, position: int, value: int) -> None:
        self.write(f"{folder}/temp{position}_input", f"{value}\n")

    def break_input(self, folder: str, position: int) -> None:
        """Make an input that opens and then fails with EIO, like one whose bus or firmware does not answer."""
        path = self.path(f"{folder}/temp{position}_input")
        os.remove(path)
        os.symlink("/proc/self/mem", path)  # no process has memory at address 0

    def add_zone(self, number: int, kind: str, value: int) -> str:
        folder = f"sys/class/thermal/thermal_zone{number}"
        self.write(folder + "/type", kind + "\n")
        self.write(folder + "/temp", f"{value}\n")
        return folder


def cores(count: int, value: int) -> List[Tuple[str, int]]:
    return [(f"Core {number}", value + 10 * number) for number in range(count)]


def xeon(tree: Tree, sockets: int, packages: Sequence[int]) -> None:
    """Intel Xeon: a coretemp chip for each socket, its package first, then each core; and other chips beside it."""
    tree.add_chip(0, "acpitz", [("", 8300)])
    tree.add_chip(1, "nvme", [("Composite", 91850), ("Sensor 1", 91850)])
    for socket in range(sockets):
        inputs = [(f"Package id {socket}", packages[socket]), *cores(28, packages[socket] - 4000)]
        tree.add_chip(2 + socket, "coretemp", inputs)
    tree.add_zone(0, "acpitz", 8300)
    for socket in range(sockets):
        tree.add_zone(1 + socket, "x86_pkg_temp", packages[socket] + 1000)


def old_xeon(tree: Tree) -> None:
    """Intel with a kernel before 4.12: coretemp's packages have another name, and here both have the same number."""
    inputs = [("Physical id 0", 55000), ("Core 0", 54000), ("Core 1", 52000), ("Core 2", 53000), ("Core 3", 50000)]
    for socket in range(2):
        tree.add_chip(socket, "coretemp", inputs)
    tree.add_chip(3, "nct6779", [])
    tree.add_zone(0, "cpu-thermal", 12376)


def epyc(tree: Tree, values: Optional[Dict[str, int]] = None) -> None:
    """AMD EPYC: k10temp with the control temperature and one for each core complex; none is the package's."""
    inputs = list((values or {"Tctl": 52125, "Tccd1": 54750, "Tccd2": 49250, "Tccd3": 51000}).items())
    tree.add_chip(0, "nvme", [("Composite", 38850)])
    tree.add_chip(1, "k10temp", inputs)


def arm_server(tree: Tree) -> None:
    """An ARM server whose device tree names thermal zones; hwmon has only those of network cards and drives."""
    tree.add_chip(0, "mlx5", [("asic", 63000)])
    tree.add_chip(1, "nvme", [("Composite", 44850)])
    for number, (kind, value) in enumerate([("soc-thermal", 47200), ("ddr-thermal", 58000), ("cluster0", 39000)]):
        tree.add_zone(number, kind, value)
