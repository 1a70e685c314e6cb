"""Prints what a JUnit report counts: "passed failed skipped"."""

import sys
import xml.etree.ElementTree as ElementTree


def counts(path: str) -> tuple[int, int, int]:
    """Return passed, failed and skipped tests of all suites in the report at `path`, as Pytest and Vitest write it."""
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    tests = sum(int(suite.get("tests", 0)) for suite in suites)
    failed = sum(int(suite.get("failures", 0)) + int(suite.get("errors", 0)) for suite in suites)
    skipped = sum(int(suite.get("skipped", 0)) for suite in suites)
    return tests - failed - skipped, failed, skipped


if __name__ == "__main__":
    print(*counts(sys.argv[1]))
