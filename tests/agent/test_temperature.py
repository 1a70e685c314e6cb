"""CPU temperature on the sensors of many machines."""

import os
import unittest

from minipanel_agent.sensors import groups_of_inputs
from minipanel_agent.temperature import SEARCH_AGAIN_READINGS, Thermometer, hottest

from tests.agent.trees import Tree, arm_server, cores, epyc, old_xeon, xeon


class TemperatureTest(unittest.TestCase):
    def setUp(self):
        self.tree = Tree(self)

    def thermometer(self):
        thermometer = Thermometer(self.tree.root)
        self.addCleanup(thermometer.close)
        return thermometer

    def celsius(self):
        return self.thermometer().celsius()

    def first_group(self):
        """Return the inputs that are tried first, as paths in the tree."""
        inputs, _ = next(groups_of_inputs(self.tree.root))
        return [os.path.relpath(found.path, self.tree.root) for found in inputs]


class MachineTest(TemperatureTest):
    def test_intel_with_one_socket_has_the_package_and_not_its_hottest_core(self):
        xeon(self.tree, 1, [47000])
        self.tree.set_input("sys/class/hwmon/hwmon2", 5, 83000)
        self.assertEqual(self.celsius(), 47.0)

    def test_intel_with_two_sockets_has_the_hotter_package(self):
        xeon(self.tree, 2, [47000, 61000])
        self.assertEqual(self.celsius(), 61.0)

    def test_intel_reads_one_input_for_each_socket_and_no_core(self):
        xeon(self.tree, 2, [47000, 61000])
        expected = ["sys/class/hwmon/hwmon2/temp1_input", "sys/class/hwmon/hwmon3/temp1_input"]
        self.assertEqual(self.first_group(), expected)

    def test_an_intel_cpu_without_a_package_sensor_has_its_hottest_core(self):
        self.tree.add_chip(0, "coretemp", cores(4, 40000))
        self.assertEqual(self.celsius(), 40.03)

    def test_an_old_kernel_calls_a_package_physical_and_its_cores_are_not_read(self):
        old_xeon(self.tree)
        self.assertEqual(self.celsius(), 55.0)
        expected = ["sys/class/hwmon/hwmon0/temp1_input", "sys/class/hwmon/hwmon1/temp1_input"]
        self.assertEqual(self.first_group(), expected)

    def test_epyc_has_its_control_temperature_and_not_a_hotter_core_complex(self):
        epyc(self.tree)
        self.assertEqual(self.celsius(), 52.12)

    def test_epyc_with_a_die_temperature_has_that_and_not_the_control_temperature_above_it(self):
        epyc(self.tree, {"Tctl": 72250, "Tdie": 45250, "Tccd1": 54750})
        self.assertEqual(self.celsius(), 45.25)

    def test_epyc_with_two_sockets_has_the_hotter_one(self):
        for number, value in enumerate((51000, 58500)):
            self.tree.add_chip(number, "k10temp", [("Tctl", value), ("Tccd1", 70000)])
        self.assertEqual(self.celsius(), 58.5)

    def test_an_old_k10temp_without_labels_has_its_only_input(self):
        self.tree.add_chip(0, "k10temp", [("", 41250)])
        self.assertEqual(self.celsius(), 41.25)

    def test_zenpower_is_read_where_k10temp_is_not_loaded(self):
        self.tree.add_chip(0, "zenpower", [("Tdie", 44500), ("Tctl", 64500), ("Tccd1", 44000)])
        self.assertEqual(self.celsius(), 44.5)

    def test_an_arm_server_has_its_soc_zone_and_not_its_memory(self):
        arm_server(self.tree)
        self.assertEqual(self.celsius(), 47.2)

    def test_an_arm_server_with_cpu_zones_has_the_hottest_of_them(self):
        arm_server(self.tree)
        for number, value in enumerate((51000, 54321, 49000)):
            self.tree.add_zone(10 + number, f"cpu{number}-thermal", value)
        self.assertEqual(self.celsius(), 54.32)

    def test_an_arm_board_has_what_its_cpu_zone_passes_on_to_hwmon(self):
        self.tree.add_chip(0, "rpi_volt", [])
        self.tree.add_chip(1, "cpu_thermal", [("", 48312)])
        self.tree.add_zone(0, "cpu-thermal", 48312)
        self.assertEqual(self.celsius(), 48.31)

    def test_a_board_of_big_and_little_cores_has_the_hottest_cluster(self):
        self.tree.add_chip(0, "gpu_thermal", [("", 70000)])
        self.tree.add_chip(1, "littlecore_thermal", [("", 41000)])
        self.tree.add_chip(2, "bigcore0_thermal", [("", 46000)])
        self.assertEqual(self.celsius(), 46.0)

    def test_an_ampere_server_has_the_soc(self):
        self.tree.add_chip(0, "apm_xgene", [("SoC Temperature", 43000)])
        self.assertEqual(self.celsius(), 43.0)

    def test_scpi_sensors_of_other_parts_than_the_soc_are_left_out(self):
        self.tree.add_chip(0, "scpi_sensors", [("pmic", 66000), ("soc", 42000), ("big cluster", 44000)])
        self.assertEqual(self.celsius(), 44.0)

    def test_a_virtual_machine_has_none(self):
        self.tree.with_proc()
        self.assertIsNone(self.celsius())

    def test_drives_and_network_cards_are_not_the_cpu(self):
        self.tree.add_chip(0, "nvme", [("Composite", 41850)])
        self.tree.add_chip(1, "mlx5", [("asic", 63000)])
        self.tree.add_chip(2, "nct6775", [("SYSTIN", 33000), ("CPUTIN", 39000)])
        self.assertIsNone(self.celsius())

    def test_a_pc_with_nothing_else_has_its_acpi_zone(self):
        self.tree.add_zone(0, "acpitz", 27800)
        self.assertEqual(self.celsius(), 27.8)

    def test_the_package_zone_is_preferred_to_the_acpi_zone(self):
        self.tree.add_zone(0, "acpitz", 27800)
        self.tree.add_zone(1, "x86_pkg_temp", 55000)
        self.assertEqual(self.celsius(), 55.0)


class BogusReadingTest(TemperatureTest):
    def test_beyond_minus_20_and_150_degrees_is_not_a_reading(self):
        self.assertIsNone(hottest([-20001, 150001, -273150, 2**31], True))
        self.assertEqual(hottest([-20000], False), -20.0)
        self.assertEqual(hottest([150000, 150001], True), 150.0)

    def test_a_zero_among_others_is_not_a_reading(self):
        self.assertEqual(hottest([0, -5000], True), -5.0)
        self.assertIsNone(hottest([0, 0], True))

    def test_a_zero_of_a_lone_sensor_is_a_reading(self):
        self.tree.add_zone(0, "cpu-thermal", 0)
        self.assertEqual(self.celsius(), 0.0)

    def test_a_package_at_zero_among_cores_is_not_a_reading(self):
        self.tree.add_chip(0, "coretemp", [("Package id 0", 0), *cores(4, 40000)])
        self.assertIsNone(self.celsius())

    def test_an_absent_socket_at_zero_does_not_hide_the_other(self):
        xeon(self.tree, 2, [0, 61000])
        self.assertEqual(self.celsius(), 61.0)

    def test_a_driver_with_bogus_values_only_leaves_it_to_the_next(self):
        self.tree.add_chip(0, "coretemp", [("Package id 0", 255000)])
        self.tree.add_zone(0, "x86_pkg_temp", 49000)
        self.assertEqual(self.celsius(), 49.0)

    def test_a_garbled_value_is_not_a_reading(self):
        folder = self.tree.add_chip(0, "coretemp", [("Package id 0", 40000)])
        for text in ("", "\n", "N/A\n", "40.5\n", "\0\0\0"):
            self.tree.write(folder + "/temp1_input", text)
            self.assertIsNone(self.celsius(), text)


class ChangeTest(TemperatureTest):
    def test_each_reading_is_new(self):
        xeon(self.tree, 1, [47000])
        thermometer = self.thermometer()
        self.assertEqual(thermometer.celsius(), 47.0)
        self.tree.set_input("sys/class/hwmon/hwmon2", 1, 48500)
        self.assertEqual(thermometer.celsius(), 48.5)

    def test_numbers_that_change_with_a_restart_are_found_by_name(self):
        for numbers in ((3, 4), (4, 3), (9, 10)):
            self.tree = Tree(self)
            self.tree.add_chip(numbers[0], "nvme", [("Composite", 70000)])
            self.tree.add_chip(numbers[1], "k10temp", [("Tctl", 50000)])
            self.assertEqual(self.celsius(), 50.0, numbers)

    def test_numbers_that_change_while_running_are_found_at_the_same_reading(self):
        folder = self.tree.add_chip(2, "coretemp", [("Package id 0", 47000)])
        thermometer = self.thermometer()
        self.assertEqual(thermometer.celsius(), 47.0)
        self.tree.write(folder + "/temp1_input", "")  # the open file of a removed device is empty
        self.tree.remove(folder)
        self.tree.add_chip(2, "nvme", [("Composite", 70000)])
        self.tree.add_chip(7, "coretemp", [("Package id 0", 52000)])
        self.assertEqual(thermometer.celsius(), 52.0)

    def test_an_input_that_fails_from_the_start_does_not_hide_the_others(self):
        xeon(self.tree, 2, [47000, 61000])
        self.tree.break_input("sys/class/hwmon/hwmon3", 1)
        self.assertEqual(self.celsius(), 47.0)

    def test_a_sensor_that_starts_to_fail_leaves_it_to_the_next_kind(self):
        xeon(self.tree, 1, [47000])
        thermometer = self.thermometer()
        self.assertEqual(thermometer.celsius(), 47.0)
        replace_open_file(self.tree.path("sys/class/hwmon/hwmon2/temp1_input"), "/proc/self/mem")
        self.tree.break_input("sys/class/hwmon/hwmon2", 1)
        self.assertEqual(thermometer.celsius(), 48.0)  # x86_pkg_temp

    def test_a_sensor_that_turns_to_nonsense_leaves_it_to_the_next_kind_until_it_is_well(self):
        xeon(self.tree, 1, [47000])
        thermometer = self.thermometer()
        self.assertEqual(thermometer.celsius(), 47.0)
        for nonsense in (255000, 0, -274000):
            self.tree.set_input("sys/class/hwmon/hwmon2", 1, nonsense)
            readings = {thermometer.celsius() for _ in range(2 * SEARCH_AGAIN_READINGS)}
            self.assertEqual(readings, {48.0}, nonsense)  # x86_pkg_temp
            self.tree.set_input("sys/class/hwmon/hwmon2", 1, 47000)
            readings = [thermometer.celsius() for _ in range(SEARCH_AGAIN_READINGS + 1)]
            self.assertEqual(readings[-1], 47.0)

    def test_a_single_sensor_that_gives_nonsense_is_searched_for_again_only_after_a_while(self):
        zone = self.tree.add_zone(0, "acpitz", 27800)
        names = []
        thermometer = Thermometer(self.tree.root, lambda fact, value: fact == "Sensor" and names.append(value))
        self.addCleanup(thermometer.close)
        self.assertEqual(thermometer.celsius(), 27.8)
        self.tree.write(zone + "/temp", "-274000\n")
        self.assertEqual({thermometer.celsius() for _ in range(SEARCH_AGAIN_READINGS)}, {None})
        self.assertEqual(names, ["acpitz", ""])
        self.tree.write(zone + "/temp", "28800\n")
        readings = [thermometer.celsius() for _ in range(SEARCH_AGAIN_READINGS + 1)]
        self.assertEqual(readings[-1], 28.8)

    def test_a_sensor_that_failed_once_is_used_again_after_a_while(self):
        xeon(self.tree, 1, [47000])
        self.tree.break_input("sys/class/hwmon/hwmon2", 1)
        thermometer = self.thermometer()
        self.assertEqual(thermometer.celsius(), 48.0)
        os.remove(self.tree.path("sys/class/hwmon/hwmon2/temp1_input"))
        self.tree.set_input("sys/class/hwmon/hwmon2", 1, 47000)
        readings = [thermometer.celsius() for _ in range(SEARCH_AGAIN_READINGS + 1)]
        self.assertEqual(readings[-1], 47.0)

    def test_a_driver_loaded_later_is_found_after_a_while(self):
        self.tree.with_proc()
        thermometer = self.thermometer()
        self.assertIsNone(thermometer.celsius())
        self.tree.add_chip(0, "coretemp", [("Package id 0", 47000)])
        readings = [thermometer.celsius() for _ in range(SEARCH_AGAIN_READINGS + 1)]
        self.assertEqual(readings[-1], 47.0)

    def test_nothing_is_looked_for_again_while_all_is_well(self):
        xeon(self.tree, 1, [47000])
        thermometer = self.thermometer()
        thermometer.celsius()
        self.tree.add_chip(9, "coretemp", [("Package id 1", 99000)])
        readings = {thermometer.celsius() for _ in range(3 * SEARCH_AGAIN_READINGS)}
        self.assertEqual(readings, {47.0})

    def test_a_fifo_or_a_folder_in_place_of_a_sensor_blocks_nothing(self):
        folder = self.tree.add_chip(0, "coretemp", [("Package id 0", 47000), ("Package id 1", 1)])
        for number, make in ((1, os.mkfifo), (2, os.mkdir)):
            os.remove(self.tree.path(f"{folder}/temp{number}_input"))
            make(self.tree.path(f"{folder}/temp{number}_input"))
        self.assertIsNone(self.celsius())

    def test_a_search_leaves_no_file_open(self):
        xeon(self.tree, 2, [47000, 61000])
        self.tree.break_input("sys/class/hwmon/hwmon3", 1)
        before = len(os.listdir("/proc/self/fd"))
        thermometer = Thermometer(self.tree.root)
        for _ in range(3 * SEARCH_AGAIN_READINGS):
            thermometer.celsius()
        self.assertEqual(len(os.listdir("/proc/self/fd")), before + 1)
        thermometer.close()
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)


def replace_open_file(path, other):
    """Replace this process's open file of that path: from now on the device behind it fails."""
    for name in os.listdir("/proc/self/fd"):
        link = os.path.join("/proc/self/fd", name)
        if os.path.exists(link) and os.readlink(link) == path:
            replacement = os.open(other, os.O_RDONLY)
            os.dup2(replacement, int(name))
            os.close(replacement)
            return
    raise AssertionError(f"{path} is not open")
