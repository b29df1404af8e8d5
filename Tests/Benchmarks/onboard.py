"""How long onboarding a key takes, beside the round trips to a cloud that answers at once.

One tenant's key is replaced again and again: every stage of the verification, the new master key, the transaction. The
time of a round trip is that of the same requests, sent to the same cloud by this process. Prints `name value unit` lines,
medians of the onboardings; the overhead is what their round trips don't explain.
"""

import argparse
import asyncio
import http.client
import json
import os
import pathlib
import socket
import statistics
import subprocess
import time
import urllib.parse

from checks_cloud import CREDENTIALS, Cloud
from checks import IDENTITY, KEY, ROLE

ROLES = {"onboarding-api": "api", "verifier": "verifier"}
DENIED = 403, b"<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>"
FORBIDDEN = 400, b'{"__type":"AccessDeniedException"}'


class CustomerCloud(Cloud):
    """Lets in who names the external ID, and encrypts with the context alone; keeps its requests."""

    def __init__(self, external_id):
        super().__init__(0)
        self.external_id, self.requests = external_id, []

    def answer(self, body):
        self.requests.append(body)
        if body.startswith(b"Action=") or b"&Action=" in body:
            form = urllib.parse.parse_qs(body.decode())
            return (200, CREDENTIALS) if form.get("ExternalId") == [self.external_id] else DENIED
        call = json.loads(body)
        if not call.get("EncryptionContext"):
            return FORBIDDEN
        # What it wraps is what it is given: nobody measures a cloud's cryptography here.
        if "Plaintext" in call:
            return 200, json.dumps({"KeyId": KEY, "CiphertextBlob": call["Plaintext"]}).encode()
        return 200, json.dumps({"KeyId": KEY, "Plaintext": call["CiphertextBlob"]}).encode()


class Connection:
    """One that is kept alive; times each exchange, in seconds."""

    def __init__(self, url):
        self.http = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)
        self.http.connect()
        self.http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, path, body, headers):
        began = time.monotonic()
        self.http.request("POST", path, body, headers)
        answer = self.http.getresponse()
        text = answer.read()
        return time.monotonic() - began, answer.status, text


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def start(program, secrets, environment):
    """Starts a service, and waits until it is ready."""
    health, role = free_port(), ROLES[program.name]
    process = subprocess.Popen(
        [program], env=os.environ | environment | {
            "HEALTH_PORT": str(health), "DATABASE_URL_FILE": f"{secrets}/database_url_{role}",
            "AMQP_URL_FILE": f"{secrets}/amqp_url_{role}", "LOG_LEVEL": "warning",
        })
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", health, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return process
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"onboard: {program.name} isn't ready")


def measure(arguments, cloud, port, tenant, token):
    """Onboarding's times, how many requests each made, and the time of a request."""
    body = json.dumps({
        "provider": "aws", "kms_key_ref": KEY,
        "config": {"region": "us-east-1", "role_arn": ROLE, "external_id": cloud.external_id},
    })
    api, times = Connection(f"http://127.0.0.1:{port}"), []
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for index in range(arguments.runs + 3):
        if index == 3:
            # What is made or allocated once is so now.
            times, cloud.requests = [], []
        seconds, status, text = api.post("/admin/tenant-kms", body, headers)
        if status != 200:
            raise SystemExit(f"onboard: {status} {text.decode()}")
        times.append(seconds)
    requests = cloud.requests[:]
    direct = Connection(cloud.url)
    trips = [direct.post("/", request, {})[0] for request in requests]
    return times, len(requests) / arguments.runs, statistics.median(trips)


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50, help="onboardings")
    parser.add_argument("--secrets", required=True, help="folder with each service's URLs")
    parser.add_argument("--programs", required=True, type=pathlib.Path, help="folder of the executables")
    arguments = parser.parse_args()
    api = arguments.programs / "onboarding-api"
    tenant = json.loads(await asyncio.to_thread(run, api, "tenant", "create", "--slug", f"benchmark-{os.getpid()}"))
    token = await asyncio.to_thread(run, api, "token", "--tenant", tenant["tenant_id"], "--role", "owner")
    async with CustomerCloud(f"benchmark-{tenant['tenant_id']}") as cloud:
        port = free_port()
        environment = IDENTITY | {"AWS_ENDPOINT_URL": cloud.url, "HTTP_PORT": str(port)}
        processes = []
        try:
            for name in ROLES:
                processes.append(
                    await asyncio.to_thread(start, arguments.programs / name, arguments.secrets, environment))
            times, requests, trip = await asyncio.to_thread(measure, arguments, cloud, port, tenant, token)
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                await asyncio.to_thread(process.wait, 30)
    total = statistics.median(times)
    print(f"onboard.time {total * 1e3:.2f} ms")
    print(f"onboard.requests {requests:.1f} requests")
    print(f"onboard.round_trip {trip * 1e3:.2f} ms")
    print(f"onboard.overhead {(total - requests * trip) * 1e3:.2f} ms")


asyncio.run(main())
