"""How fast the product rewraps, beside one UPDATE in the server and beside a worker in Python.

All take the same rows on the same table, in turn, so that a busy machine slows all of them alike; each figure is the
median of its runs. Prints `name value unit` lines.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

from rewrap_table import Table
from rewrap_workers import Workers

FLOOR = "UPDATE secret_values SET wrapped_key = set_byte(wrapped_key, 68, 0), key_version = 1 WHERE tenant_id = %s"
# What the product's own migrations set: room for each row's next version on its page.
PRODUCTION = 50


def floor(table, tenant):
    began = time.monotonic()
    table.connection.execute(FLOOR, (tenant.id,))
    return time.monotonic() - began


def python(table, tenant, count, database):
    """The peers' seconds and their processor time."""
    bounds = table.split(count)
    program = pathlib.Path(__file__).with_name("rewrap_peer.py")
    peers = []
    for after, upper in zip(bounds, bounds[1:]):
        peer = subprocess.Popen([sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        task = {
            "database": database, "tenant": str(tenant.id), "keys": [key.hex() for key in tenant.keys],
            "after": str(after), "upper": str(upper),
        }
        tell(peer, json.dumps(task))
        peers.append(peer)
    for peer in peers:
        assert peer.stdout.readline() == "ready\n"
    began = time.monotonic()
    for peer in peers:
        tell(peer, "go")
    answers = [peer.stdout.readline().split() for peer in peers]
    seconds = time.monotonic() - began
    for peer in peers:
        peer.communicate()
    return seconds, sum(float(cpu) for _, cpu in answers)


def tell(peer, line):
    peer.stdin.write(line + "\n")
    peer.stdin.flush()


def job(table, tenant, fillfactor, count, worker, measures, name):
    with Workers(worker, count) as workers:
        # A process that has just started connects and authenticates during its first job, as the peers have before.
        table.reset(fillfactor)
        workers.run(tenant)
        table.reset(fillfactor)
        [seconds], cpu = workers.run(tenant)
        measures[name].append(seconds)
        measures[name + ".cpu"].append(cpu)
        measures["memory"].append(workers.memory())
    tenant.check()


def neighbours(table, large, arguments):
    """The seconds that a small tenant's job takes when a large one's starts at the same moment, and the large one's."""
    small = table.make_tenant(arguments.neighbour)
    table.reset(PRODUCTION)
    with Workers(arguments.worker, arguments.workers) as workers:
        seconds, _ = workers.run(large, small)
    large.check()
    small.check()
    return seconds


def measure(table, tenant, arguments):
    names = ["floor", "python", "python.cpu", "one", "one.cpu", "all", "all.cpu", "production", "production.cpu"]
    measures = {name: [] for name in [*names, "production_floor", "memory"]}
    for run in range(arguments.runs):
        print(f"rewrap: run {run + 1} of {arguments.runs}", file=sys.stderr)
        table.reset(100)
        measures["floor"].append(floor(table, tenant))
        table.reset(100)
        seconds, cpu = python(table, tenant, arguments.workers, arguments.database)
        tenant.check()
        measures["python"].append(seconds)
        measures["python.cpu"].append(cpu)
        for count, name in [(1, "one"), (arguments.workers, "all")]:
            job(table, tenant, 100, count, arguments.worker, measures, name)
        table.reset(PRODUCTION)
        measures["production_floor"].append(floor(table, tenant))
        job(table, tenant, PRODUCTION, arguments.workers, arguments.worker, measures, "production")
    return {name: statistics.median(values) for name, values in measures.items()}


def report(rows, arguments, median):
    def rate(name):
        return rows / median[name]

    def show(name, value, unit="ratio"):
        print(f"rewrap.{name} {value:.0f} {unit}" if value >= 100 else f"rewrap.{name} {value:.2f} {unit}")

    show("table", rows, "rows")
    show("payload", arguments.payload, "bytes")
    show("workers", arguments.workers, "processes")
    show("floor", rate("floor"), "per_second")
    show("python", rate("python"), "per_second")
    show("rows", rate("all"), "per_second")
    show("rows_one_worker", rate("one"), "per_second")
    show("to_floor", rate("all") / rate("floor"))
    show("to_floor_one_worker", rate("one") / rate("floor"))
    show("to_python", rate("all") / rate("python"))
    show("cpu", median["all.cpu"] / rows * 1e6, "us_per_row")
    show("cpu_python", median["python.cpu"] / rows * 1e6, "us_per_row")
    show("cpu_to_python", median["all.cpu"] / median["python.cpu"])
    show("rss", median["memory"], "mib")
    show("production", rate("production"), "per_second")
    show("production_floor", rate("production_floor"), "per_second")
    show("production_to_floor", rate("production") / rate("floor"))
    show("production_cpu", median["production.cpu"] / rows * 1e6, "us_per_row")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--payload", type=int, default=256, help="bytes of each value")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--neighbour", type=int, help="rows of a second tenant, whose job starts beside the first's")
    parser.add_argument("--database", required=True, help="URL, of a superuser")
    parser.add_argument("--master-key", type=pathlib.Path, required=True, help="the file that the workers have it from")
    parser.add_argument("--worker", required=True, help="the program")
    arguments = parser.parse_args()
    table = Table(arguments.database, arguments.master_key.read_text(), arguments.payload)
    tenant = table.make_tenant(arguments.rows)
    report(arguments.rows, arguments, measure(table, tenant, arguments))
    if arguments.neighbour:
        large, small = neighbours(table, tenant, arguments)
        print(f"rewrap.beside_large {large:.2f} seconds\nrewrap.beside_small {small:.2f} seconds")


main()
