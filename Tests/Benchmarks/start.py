"""How soon each service is ready once its servers are there, and how much memory it then holds idle.

Beside a server of the same framework that does nothing. Prints `name value unit` lines, medians of the runs: from the
start of the process to its first good answer to GET /readyz, asked every millisecond, and what is resident after some
seconds without work.
"""

import argparse
import os
import pathlib
import socket
import statistics
import subprocess
import time

from process import resident

ROLES = {"onboarding-api": "api", "verifier": "verifier", "rewrap-worker": "worker"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port, path):
    """Whether a server is there and says 200."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def measure(program, arguments):
    """Seconds until it is ready, and MiB once it is idle."""
    port = free_port()
    environment = dict(os.environ)
    command, path = [str(program), str(port)], "/"
    if role := ROLES.get(program.name):
        command, path = [str(program)], "/readyz"
        environment |= {
            "HEALTH_PORT": str(port), "HTTP_PORT": "0",
            "DATABASE_URL_FILE": f"{arguments.secrets}/database_url_{role}",
            "AMQP_URL_FILE": f"{arguments.secrets}/amqp_url_{role}",
        }
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(port, path):
            if process.poll() is not None or time.monotonic() > began + 30:
                raise SystemExit(f"start: {program.name} isn't ready")
            time.sleep(0.001)
        ready = time.monotonic() - began
        time.sleep(arguments.idle)
        return ready, resident(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--idle", type=int, default=5, help="seconds without work before memory is looked at")
    parser.add_argument("--secrets", required=True, help="folder with each service's URLs")
    parser.add_argument("--programs", required=True, type=pathlib.Path, help="folder of the executables")
    arguments = parser.parse_args()
    hello = None
    for name in ["bare-server", *ROLES]:
        runs = [measure(arguments.programs / name, arguments) for _ in range(arguments.runs)]
        ready, memory = (statistics.median(column) for column in zip(*runs))
        label = "start." + name.replace("-", "_")
        print(f"{label}.ready {ready * 1e3:.0f} ms")
        print(f"{label}.idle_rss {memory:.1f} mib")
        if hello:
            print(f"{label}.ready.to_bare {ready / hello[0]:.1f} ratio")
            print(f"{label}.idle_rss.to_bare {memory / hello[1]:.2f} ratio")
        hello = hello or (ready, memory)


main()
