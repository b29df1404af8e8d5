"""How fast the product's parts are, beside the least that their work costs in C and what a user would take instead.

All take the same work, in turn, so that a busy machine slows all of them alike; each figure is the median of its runs.
What only computes is measured in processor time, which a busy machine lengthens little. Prints `name value unit` lines,
and a `name.to_PEER value ratio` line for each comparison: above 1 the product is faster, or, of processor time, uses
more.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys

PEER = pathlib.Path(__file__).with_name("parts_peer.py")
SCRIPT = pathlib.Path(__file__).with_name("api.lua")


class Parts:
    """The programs: each answers the seconds that its work took, and the processor's."""

    def __init__(self, arguments):
        self.runs = arguments.runs
        self.ours = lambda *work: run(arguments.parts, *work)
        self.floor = lambda name, *work: run(os.path.join(arguments.floors, name), *work)
        self.peer = lambda *work: run(sys.executable, PEER, *work)
        self.program = arguments.parts

    def medians(self, contenders, before=lambda: None):
        """The median seconds and processor seconds of each, after as many turns as there are runs."""
        figures = {name: [] for name in contenders}
        for turn in range(self.runs):
            print(f"parts: run {turn + 1} of {self.runs}", file=sys.stderr)
            for name, work in contenders.items():
                before()
                figures[name].append(work())
        return {name: [statistics.median(column) for column in zip(*turns)] for name, turns in figures.items()}

    def counts(self, *work):
        """Instructions and allocations an operation, of programs whose last argument is a count of operations."""

        def counted(pattern, *tool):
            def total(count):
                command = ["valgrind", *tool, self.program, *map(str, work), str(count)]
                output = subprocess.run(command, check=True, capture_output=True, text=True).stderr
                return int(re.search(pattern, output)[1].replace(",", ""))

            # What the start and the end of the process cost is in both.
            return (total(1100) - total(100)) / 1000

        return (
            counted(r"Collected : (\d+)", "--tool=callgrind", "--callgrind-out-file=/dev/null"),
            counted(
                r"total heap usage: ([\d,]+) allocs", "--tool=memcheck", "--leak-check=no", "--undef-value-errors=no"),
        )


def run(program, *work):
    output = subprocess.run([program, *map(str, work)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [float(figure) for figure in output.split()[:2]]


def show(name, value, unit):
    print(f"{name} {value:.0f} {unit}" if value >= 100 else f"{name} {value:.2f} {unit}", flush=True)


def compare(name, rates, unit="per_second"):
    """The first of the rates against the others."""
    ours, *others = rates
    show(name, rates[ours], unit)
    for peer in others:
        show(f"{name}.{peer}", rates[peer], unit)
        show(f"{name}.to_{peer}", rates[ours] / rates[peer], "ratio")


def sigv4(parts, arguments):
    count = 50_000
    once = subprocess.run([parts.program, "sigv4", "1"], check=True, stdout=subprocess.PIPE, text=True).stdout
    sizes = once.split()[2:]
    medians = parts.medians({
        "ours": lambda: parts.ours("sigv4", count),
        "c": lambda: parts.floor("sigv4", count, *sizes),
        "awscrt": lambda: parts.peer("awscrt", count // 5),
        "botocore": lambda: parts.peer("botocore", count // 10),
    })
    counts = {"ours": count, "c": count, "awscrt": count // 5, "botocore": count // 10}
    compare("sigv4", {name: counts[name] / used for name, (_, used) in medians.items()}, "per_cpu_second")
    instructions, allocations = parts.counts("sigv4")
    show("sigv4.instructions", instructions, "per_signature")
    show("sigv4.allocations", allocations, "per_signature")


def envelope(parts, arguments):
    for size, count in [(32, 500_000), (256, 500_000), (65_536, 10_000)]:
        medians = parts.medians({
            "ours": lambda: parts.ours("envelope", size, count),
            "c": lambda: parts.floor("envelope", size, count),
        })
        # The seal and the open of one value.
        compare(f"envelope.{size}", {name: count / used for name, (_, used) in medians.items()}, "per_cpu_second")
        instructions, allocations = parts.counts("envelope", size)
        show(f"envelope.{size}.instructions", instructions, "per_seal_and_open")
        show(f"envelope.{size}.allocations", allocations, "per_seal_and_open")


def amqp(parts, arguments):
    import pika

    count = arguments.messages
    connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
    channel = connection.channel()
    channel.queue_declare("parts", durable=True, arguments={"x-queue-type": "quorum"})
    # What one publishes it then consumes, so that all find a queue of the same length.
    figures = {}
    for name, program in [("ours", parts.ours), ("c", lambda *work: parts.floor("amqp", *work)), ("pika", parts.peer)]:
        for work in ["publish", "consume"]:
            figures[name, work] = lambda program=program, work=work: program(
                work, arguments.window, count)
    medians = parts.medians(figures, before=connection.process_data_events)
    for work in ["publish", "consume"]:
        compare(f"amqp.{work}", {name: count / medians[name, work][0] for name in ["ours", "c", "pika"]})
        show(f"amqp.{work}.cpu", medians["ours", work][1] / count * 1e6, "us_per_message")
        show(f"amqp.{work}.cpu_to_c", medians["ours", work][1] / medians["c", work][1], "ratio")
    channel.queue_delete("parts")
    connection.close()


def postgres(parts, arguments):
    import psycopg

    connection = psycopg.connect(arguments.database, autocommit=True)

    def fill():
        connection.execute("DROP TABLE IF EXISTS parts")
        connection.execute(
            "CREATE TABLE parts (id uuid PRIMARY KEY, value_version int, key_version int, wrapped_key bytea,"
            " payload bytea) WITH (fillfactor = 50, autovacuum_enabled = off)")
        connection.execute(
            "INSERT INTO parts SELECT lpad(to_hex(n), 32, '0')::uuid, 1, 0, decode(repeat('ab', 69), 'hex'),"
            " decode(repeat('cd', 256), 'hex') FROM generate_series(1, %s) n", (arguments.rows,))
        connection.execute("VACUUM ANALYZE parts")
        connection.execute("CHECKPOINT")

    def checked(work):
        figures = work()
        written = connection.execute("SELECT count(*) FROM parts WHERE key_version = 1").fetchone()[0]
        if written != arguments.rows:
            raise SystemExit(f"postgres: {written} of {arguments.rows} rows were written")
        return figures

    def floor():
        started = os.times()
        connection.execute("UPDATE parts SET wrapped_key = set_byte(wrapped_key, 68, 0), key_version = 1")
        return [os.times().elapsed - started.elapsed, 0]

    medians = parts.medians({
        "ours": lambda: checked(lambda: parts.ours("postgres", arguments.database)),
        "server": lambda: checked(floor),
        "psycopg": lambda: checked(lambda: parts.peer("postgres", arguments.database)),
    }, before=fill)
    compare("postgres", {name: arguments.rows / seconds for name, (seconds, _) in medians.items()}, "rows_per_second")
    for name, suffix in [("ours", ""), ("psycopg", "_psycopg")]:
        show(f"postgres.cpu{suffix}", medians[name][1] / arguments.rows * 1e6, "us_per_row")
    show("postgres.cpu_to_psycopg", medians["ours"][1] / medians["psycopg"][1], "ratio")
    connection.execute("DROP TABLE parts")


def http(parts, arguments):
    server = subprocess.Popen([os.path.join(arguments.floors, "server")], stdout=subprocess.PIPE, text=True)
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
    # As long as a signed request is.
    environment = os.environ | {"BENCH_PATH": "/", "BENCH_BODY": "A" * 330, "BENCH_TOKEN": "A" * 900}

    def wrk():
        output = subprocess.run(
            ["wrk", "--threads", "1", "--connections", "16", "--duration", "2s", "--script", SCRIPT, url],
            env=environment, check=True, capture_output=True, text=True).stdout
        line = next(line for line in output.splitlines() if line.startswith("result "))
        requests, microseconds, failed, _ = (float(figure) for figure in line.split()[1:])
        if failed:
            raise SystemExit(f"http: {failed:.0f} requests of wrk's failed")
        return [microseconds / 1e6 / requests * arguments.calls, 0]

    try:
        medians = parts.medians({
            "ours": lambda: parts.ours("http", url, arguments.calls),
            "c": lambda: parts.floor("http", url + "/", arguments.calls),
            "wrk": wrk,
        })
    finally:
        server.terminate()
    compare("http", {name: arguments.calls / seconds for name, (seconds, _) in medians.items()}, "calls_per_second")
    show("http.cpu", medians["ours"][1] / arguments.calls * 1e6, "us_per_call")
    show("http.cpu_to_c", medians["ours"][1] / medians["c"][1], "ratio")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    benchmarks = {benchmark.__name__: benchmark for benchmark in [sigv4, envelope, amqp, postgres, http]}
    parser.add_argument("part", choices=benchmarks)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--window", type=int, default=64, help="messages without their confirm or acknowledgement")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--parts", required=True, help="the program")
    parser.add_argument("--floors", required=True, help="the folder of the programs in C")
    parser.add_argument("--database", help="URL, of a superuser")
    arguments = parser.parse_args()
    benchmarks[arguments.part](Parts(arguments), arguments)


main()
