"""How many requests the API answers, beside a server of the same framework that does nothing.

wrk keeps 64 connections busy, on the bare server and on each call in turn, so that a busy machine slows all of them
alike; each figure is the median of its runs. Prints `name value unit` lines: a call's ratio is its requests per second
over the bare server's, and its p99 likewise. The bare server also echoes the body of an encryption: what of that call's
time is the framework's. Reading a secret is also held against Barbican, which answers without Keystone here.
"""

import argparse
import base64
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

from barbican import HEADERS, Barbican
from process import cpu_seconds, resident

SCRIPT = pathlib.Path(__file__).with_suffix(".lua")
# As many as there may be: what is measured isn't how well we refuse.
UNBOUNDED = {"RATE_LIMIT_KEY_PER_SECOND": "0", "RATE_LIMIT_ADDRESS_PER_SECOND": "0"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A program of ours that serves, on a port of its own."""

    def __init__(self, arguments, path, environment):
        self.port = environment.get("HTTP_PORT") or arguments[-1]
        self.process = subprocess.Popen(
            arguments, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                return self.call("GET", path) and None
            except OSError:
                time.sleep(0.1)
        raise SystemExit(f"api: {arguments[0]} doesn't answer")

    def call(self, method, path, token=None, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(request, data, timeout=10) as answer:
            return answer.read()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def load(server, path, token, body, arguments, headers=None):
    """Requests per second, p99 in ms, failed requests, and the server's processor time a request in µs."""
    environment = {"BENCH_PATH": path} | ({"BENCH_TOKEN": token} if token else {}) | ({"BENCH_BODY": body} if body else {})
    named = [part for name, value in (headers or {}).items() for part in ("--header", f"{name}: {value}")]
    before = cpu_seconds(server.process.pid)
    output = subprocess.run(
        [
            "wrk", "--threads", "2", "--connections", str(arguments.connections), "--duration", f"{arguments.seconds}s",
            "--script", SCRIPT, *named, f"http://127.0.0.1:{server.port}",
        ], env=os.environ | environment, check=True, capture_output=True, text=True).stdout
    line = next(line for line in output.splitlines() if line.startswith("result "))
    requests, microseconds, failed, p99 = (float(field) for field in line.split()[1:])
    used = cpu_seconds(server.process.pid) - before
    return requests / microseconds * 1e6, p99 / 1e3, failed, used / max(requests, 1) * 1e6


def prepare(api, program):
    """A tenant with a secret and a transit key: each call's path and body, and the key that they are made with."""
    slug = f"benchmark-{os.getpid()}"
    made = subprocess.run(
        [program, "tenant", "create", "--slug", slug], check=True, capture_output=True, text=True)
    token = json.loads(made.stdout)["api_key"]
    secret = json.loads(api.call("POST", "/v1/secrets", token, {"name": "benchmark", "value": "value"}))
    plaintext = base64.b64encode(bytes(range(256))).decode()
    api.call("POST", "/v1/crypto/keys", token, {"name": "benchmark"})
    encrypt = "/v1/crypto/keys/benchmark/encrypt"
    sealed = json.loads(api.call("POST", encrypt, token, {"plaintext_b64": plaintext}))["data"]["ciphertext"]
    return token, {
        "get": (f"/v1/secrets/{secret['data']['id']}", None),
        "encrypt": (encrypt, json.dumps({"plaintext_b64": plaintext})),
        "decrypt": ("/v1/crypto/keys/benchmark/decrypt", json.dumps({"ciphertext": sealed})),
    }


def measure(api, bare, barbican, token, calls, arguments):
    runs = {name: [] for name in ["bare", "bare_post", *calls, "barbican"]}
    for _ in range(arguments.runs):
        runs["bare"].append(load(bare, "/", None, None, arguments))
        runs["bare_post"].append(load(bare, "/", token, calls["encrypt"][1], arguments))
        for name, (path, body) in calls.items():
            runs[name].append(load(api, path, token, body, arguments))
        runs["barbican"].append(load(barbican, barbican.path, None, None, arguments, HEADERS))
    return {name: [statistics.median(column) for column in zip(*figures)] for name, figures in runs.items()}


def report(medians, before, after):
    def show(name, value, unit):
        print(f"api.{name} {value:.0f} {unit}" if value >= 100 else f"api.{name} {value:.2f} {unit}")

    bare = medians["bare"]
    for name, (rate, p99, failed, cpu) in medians.items():
        show(name, rate, "requests_per_second")
        show(f"{name}_p99", p99, "ms")
        # Of its workers nothing is known here.
        if name != "barbican":
            show(f"{name}_cpu", cpu, "us_per_request")
        show(f"{name}_failed", failed, "requests")
        if name != "bare":
            show(f"{name}_ratio", rate / bare[0], "of_bare")
            show(f"{name}_p99_ratio", p99 / bare[1], "of_bare")
    show("get.to_barbican", medians["get"][0] / medians["barbican"][0], "ratio")
    show("rss_before", before, "mib")
    show("rss_after", after, "mib")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=10, help="of each run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--database", required=True, help="URL, of a superuser")
    parser.add_argument("--api", required=True, help="the program")
    parser.add_argument("--bare", required=True, help="the program that it is held against")
    parser.add_argument("--barbican", required=True, help="the folder with its programs")
    arguments = parser.parse_args()
    with contextlib.ExitStack() as started:
        def start(server):
            started.callback(server.stop)
            return server

        folder = started.enter_context(tempfile.TemporaryDirectory())
        barbican = start(Barbican(arguments.barbican, folder, free_port()))
        bare = start(Server([arguments.bare, str(free_port())], "/", {}))
        api = start(Server([arguments.api, "serve"], "/healthz", UNBOUNDED | {"HTTP_PORT": str(free_port())}))
        token, calls = prepare(api, arguments.api)
        # What is allocated once is so now.
        warm_up = argparse.Namespace(connections=arguments.connections, seconds=2, runs=1)
        measure(api, bare, barbican, token, calls, warm_up)
        before = resident(api.process.pid)
        medians = measure(api, bare, barbican, token, calls, arguments)
        report(medians, before, resident(api.process.pid))


main()
