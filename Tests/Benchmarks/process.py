"""What a process has used (proc(5))."""

import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    """Its processor time so far: fields 14 and 15 of its `stat`."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak(pid):
    """The most memory that it has had resident, in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def resident(pid):
    """The memory that it has resident now, in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
