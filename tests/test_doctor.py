"""The doctor says what to do about everything that is short."""

import json

import pytest

from course_lib import doctor
from course_lib.doctor import library_finding

GIB = 1 << 30


@pytest.mark.parametrize(
    ("finding", "status"),
    [
        (doctor.python_finding((3, 10, 1), True), "fail"),
        (doctor.python_finding((3, 11, 7), True), "ok"),
        (doctor.python_finding((3, 12, 0), False), "note"),
        (doctor.python_finding((3, 14, 0), True), "note"),
        (doctor.memory_finding(2 * GIB), "fail"),
        (doctor.memory_finding(6 * GIB), "note"),
        (doctor.memory_finding(16 * GIB), "ok"),
        (doctor.memory_finding(None), "note"),
        (doctor.disk_finding(1 * GIB), "fail"),
        (doctor.disk_finding(8 * GIB), "note"),
        (doctor.disk_finding(80 * GIB), "ok"),
        (doctor.cores_finding(1), "note"),
        (doctor.cores_finding(8), "ok"),
        (doctor.driver_finding(None), "note"),
        (doctor.driver_finding("name, memory.total [MiB]\nCard, 8188 MiB\n"), "ok"),
        (library_finding("no-such-library", "book"), "note"),
        (library_finding("pytest", "grade"), "ok"),
        (doctor.data_finding(None), "ok"),
        (doctor.data_finding("/no/such/folder"), "fail"),
        (doctor.framework_finding("no-such-library", "T", "keras", None), "note"),
        (doctor.framework_finding("pytest", "T", "keras", lambda name: None), "fail"),
        (doctor.framework_finding("pytest", "T", "keras", lambda name: "[]"), "ok"),
    ],
)
def test_each_limit_has_a_status_and_an_advice(finding, status):
    assert finding.status == status
    assert finding.value
    assert bool(finding.advice) == (status != "ok") or finding.subject == "GPU"


def test_gpus_are_named_by_the_framework_that_sees_them():
    found = doctor.framework_finding("pytest", "T", "keras", lambda name: json.dumps(["Card 8GB"]))
    assert found.value.endswith("Card 8GB")


def test_the_whole_examination_of_this_machine():
    findings = list(doctor.examine(frameworks=False))
    subjects = [finding.subject for finding in findings]
    assert len(subjects) == len(set(subjects))
    assert {"Python", "Memory", "Disk", "TensorFlow", "PyTorch", "COURSE_DATA"} <= set(subjects)
