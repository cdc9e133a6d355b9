"""Fixtures of the system tests: they drive the built program from outside only."""

import pytest

from kit.node import program
from kit.workplace import Workplace


def pytest_configure(config):
    if not program().exists():
        raise pytest.UsageError(f"{program()} is missing: build it first, or name it in SECURITYGATEWAY_PROGRAM")


@pytest.fixture
def workplace():
    place = Workplace()
    yield place
    place.close()


@pytest.fixture(scope="module")
def shared_workplace():
    """For tests that do each other no harm; a node is not cheap to make."""
    place = Workplace()
    yield place
    place.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if not report.failed:
        return
    for value in getattr(item, "funcargs", {}).values():
        if isinstance(value, Workplace):
            value.has_failed = True
            report.sections.append(("the nodes of this test", value.report()))


def pytest_terminal_summary(terminalreporter):
    """Figures that tests measured, which pytest would keep to itself when they pass."""
    figures = [value for reports in terminalreporter.stats.values() for report in reports
               for name, value in getattr(report, "user_properties", ()) if name == "figure"]
    if figures:
        terminalreporter.section("figures")
        for figure in dict.fromkeys(figures):
            terminalreporter.write_line(figure)


@pytest.fixture
def figure(record_property):
    """Prints a measured figure at the end of the run."""
    return lambda text: record_property("figure", text)
