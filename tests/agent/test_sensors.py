"""Which sensors are the CPU's: the names of many chips, and the names that the panel gets."""

import unittest

from minipanel_agent.sensors import LONGEST_NAME, Input, groups_of_inputs, limit_of, name_of
from minipanel_agent.temperature import Thermometer

from tests.agent.trees import Tree, cores, xeon

SOC_ZONES = {
    "Raspberry Pi 3": ([("bcm2835_thermal", 49925), ("acpitz", -44000)], 49.92),
    "Kunpeng 920": ([("kunpeng_thermal", 51000), ("kunpeng_thermal", 53000)], 53.0),
    "Armada 8040": ([("ap-ic-thermal", 66000), ("ap-cpu0-thermal", 58000), ("ap-cpu1-thermal", 59000)], 59.0),
    "Armada 3720": ([("armada_thermal", 61000)], 61.0),
    "LX2160A": ([("cluster6-7-thermal", 44000), ("ddr-ctrl5-thermal", 50000), ("wriop-thermal", 49000)], 44.0),
    "LX2160A, before": ([("cluster6-7", 44000), ("ddr-cluster5", 50000), ("wriop", 49000)], 44.0),
    "LS1046A": ([("ddr-thermal", 52000), ("serdes-thermal", 51000), ("core-cluster-thermal", 45000)], 45.0),
    "RK3588": (
        [
            ("package-thermal", 41000),
            ("bigcore0-thermal", 45000),
            ("littlecore-thermal", 43000),
            ("npu-thermal", 47000),
        ],
        45.0,
    ),
    "SpacemiT K1": ([("package-thermal", 31000), ("gpu-thermal", 33000), ("cluster0-thermal", 32000)], 32.0),
    "Jetson TX2": ([("BCPU-therm", 40500), ("MCPU-therm", 41500), ("GPU-therm", 43000), ("PMIC-Die", 100000)], 41.5),
    "Snapdragon": ([("aoss0-thermal", 52000), ("cpuss0-thermal", 48000), ("cpu0-thermal", 49000)], 49.0),
}
"""Zone names of kernels' device trees and drivers, and which of them are the CPU's."""

OTHER_ZONES = (
    "gpu-thermal",
    "ddr-thermal",
    "npu-thermal",
    "center-thermal",
    "modem-thermal",
    "pch_cannonlake",
    "iwlwifi_1",
)


class ChipTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)

    def celsius(self):
        thermometer = Thermometer(self.tree.root)
        self.addCleanup(thermometer.close)
        return thermometer.celsius()

    def test_each_soc_has_the_hottest_zone_of_its_cpus(self):
        for name, (zones, expected) in SOC_ZONES.items():
            for passed_on in (False, True):
                self.tree = Tree(self)
                for number, (kind, value) in enumerate(zones):
                    self.tree.add_zone(number, kind, value)
                    if passed_on:
                        self.tree.add_chip(number, kind.replace("-", "_"), [("", value)])
                self.assertEqual(self.celsius(), expected, f"{name}, passed on to hwmon: {passed_on}")

    def test_a_chip_is_found_by_its_zones_name_as_kernels_before_5_1_and_to_come_write_it(self):
        for name in ("cpu-thermal", "cpu_thermal_0", "bcm2835_thermal", "soc-thermal", "bigcore0-thermal"):
            self.tree = Tree(self)
            self.tree.add_chip(0, "gpu_thermal", [("", 70000)])
            self.tree.add_chip(1, name, [("", 48312)])
            self.assertEqual(self.celsius(), 48.31, name)

    def test_zones_of_other_parts_are_not_the_cpu(self):
        for number, kind in enumerate(OTHER_ZONES):
            self.tree.add_zone(number, kind, 60000)
            self.tree.add_chip(number, kind.replace("-", "_"), [("", 60000)])
        self.assertIsNone(self.celsius())


class SensorNameTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)

    def names(self):
        """Return what is reported when the temperature is first read."""
        names = []
        thermometer = Thermometer(self.tree.root, lambda fact, value: fact == "Sensor" and names.append(value))
        self.addCleanup(thermometer.close)
        thermometer.celsius()
        return names

    def test_a_package_is_named_with_its_driver(self):
        xeon(self.tree, 1, [47000])
        self.assertEqual(self.names(), ["coretemp Package id 0"])

    def test_several_packages_are_named_after_one_driver(self):
        xeon(self.tree, 2, [47000, 61000])
        self.assertEqual(self.names(), ["coretemp Package id 0, Package id 1"])

    def test_a_package_that_cannot_be_read_is_not_named(self):
        xeon(self.tree, 2, [47000, 61000])
        self.tree.break_input("sys/class/hwmon/hwmon2", 1)
        self.assertEqual(self.names(), ["coretemp Package id 1"])

    def test_the_same_label_of_two_sockets_is_named_once(self):
        for number in range(2):
            self.tree.add_chip(number, "k10temp", [("Tctl", 51000), ("Tccd1", 70000)])
        self.assertEqual(self.names(), ["k10temp Tctl"])

    def test_an_input_without_a_label_is_named_by_its_driver(self):
        self.tree.add_chip(0, "k10temp", [("", 41250)])
        self.assertEqual(self.names(), ["k10temp"])

    def test_a_thermal_zone_is_named_by_its_type(self):
        self.tree.add_zone(0, "acpitz", 27800)
        self.tree.add_zone(1, "acpitz", 29800)
        self.assertEqual(self.names(), ["acpitz"])

    def test_zones_of_two_types_are_both_named(self):
        for number in range(2):
            self.tree.add_zone(number, f"cpu{number}-thermal", 51000)
        self.assertEqual(self.names(), ["cpu0-thermal, cpu1-thermal"])

    def test_a_node_without_a_sensor_has_no_name(self):
        self.assertEqual(self.names(), [""])

    def test_many_cores_are_cut_at_the_longest_name(self):
        self.tree.add_chip(0, "coretemp", cores(28, 40000))
        (name,) = self.names()
        self.assertLessEqual(len(name), LONGEST_NAME)
        self.assertRegex(name, r"^coretemp Core 0, Core 1, .*Core \d$")

    def test_a_name_never_breaks_a_header(self):
        inputs = [Input("k10\r\ntemp", "T\x00ctl\x7f 温", ""), Input("x" * 200, "", "")]
        self.assertRegex(name_of(inputs), r"^k10\?\?temp T\?ctl\? \?, x{44}$")

    def test_a_sensor_that_disappears_is_named_again_and_reported_once(self):
        folder = self.tree.add_chip(2, "coretemp", [("Package id 0", 47000)])
        names = []
        thermometer = Thermometer(self.tree.root, lambda fact, value: fact == "Sensor" and names.append(value))
        self.addCleanup(thermometer.close)
        for _ in range(3):
            thermometer.celsius()
        self.tree.write(folder + "/temp1_input", "")
        self.tree.remove(folder)
        self.tree.add_zone(0, "acpitz", 27800)
        for _ in range(3):
            thermometer.celsius()
        self.tree.write("sys/class/thermal/thermal_zone0/temp", "")
        thermometer.celsius()
        self.assertEqual(names, ["coretemp Package id 0", "acpitz", ""])


class LimitTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)

    def limit(self, *chips):
        """Return the limit of the CPU's inputs, each a chip of one package: (critical, maximum)."""
        for number, (critical, maximum) in enumerate(chips):
            folder = self.tree.add_chip(number, "coretemp", [(f"Package id {number}", 47000)])
            for ending, value in (("crit", critical), ("max", maximum)):
                if value is not None:
                    self.tree.write(f"{folder}/temp1_{ending}", f"{value}\n")
        inputs, _ = next(groups_of_inputs(self.tree.root))
        return limit_of(inputs)

    def test_the_critical_temperature_counts_before_the_maximum(self):
        self.assertEqual(self.limit((100000, 84000)), 100.0)

    def test_without_a_critical_temperature_the_maximum_is_the_limit(self):
        self.assertEqual(self.limit((None, 84500)), 84.5)

    def test_of_several_packages_the_lowest_limit_counts(self):
        self.assertEqual(self.limit((100000, None), (91000, None), (None, None)), 91.0)

    def test_a_limit_that_no_cpu_has_is_none(self):
        for nonsense in (0, 5000, 20800, 49999, 255000, -273150, "", "none"):
            self.assertIsNone(self.limit((nonsense, None)), nonsense)
        self.assertEqual(self.limit((0, 85000)), 85.0)

    def test_a_thermal_zone_has_none(self):
        self.tree.add_zone(0, "acpitz", 40000)
        inputs, _ = next(groups_of_inputs(self.tree.root))
        self.assertIsNone(limit_of(inputs))

    def test_it_is_read_at_a_search_and_never_at_a_tick(self):
        folder = self.tree.add_chip(0, "coretemp", [("Package id 0", 47000)])
        self.tree.write(folder + "/temp1_crit", "100000\n")
        told = []
        thermometer = Thermometer(self.tree.root, lambda fact, value: fact == "Limit" and told.append(value))
        self.addCleanup(thermometer.close)
        thermometer.celsius()
        self.tree.write(folder + "/temp1_crit", "60000\n")
        for _ in range(100):
            thermometer.celsius()
        self.assertEqual(told, ["100"])
