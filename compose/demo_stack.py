"""What the demo does inside the compose stack: `accounts` before the services start, `tenant` once they run.

`accounts` makes the platform's identity at the stand-in for AWS and writes it where the services read it. `tenant` makes
a tenant with secrets, has it bring a key of its own, waits for the rewrap, and says how to go on.
"""

import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid

import aws_accounts

STAND_IN = "http://aws:4567"
API = "http://onboarding-api:8080"
SECRETS = 100
STATE = pathlib.Path("/state/demo.json")


def accounts():
    """Writes the platform's identity into the volume of each service that calls clouds."""
    folders = [pathlib.Path("/secrets") / service for service in ("api", "verifier", "worker")]
    known = folders[0] / "platform.json"
    pair = aws_accounts.platform(STAND_IN, known)
    for folder in folders:
        for name, value in {
            "aws_access_key_id": pair["access_key_id"],
            "aws_secret_access_key": pair["secret_access_key"],
            "aws_endpoint_url": STAND_IN,
        }.items():
            (folder / name).write_text(value)
    known.write_text(json.dumps(pair))


def tool(*arguments):
    """What the API's own tools print."""
    return subprocess.run(["onboarding-api", *arguments], check=True, capture_output=True, text=True).stdout


def call(method, path, token, body=None):
    request = urllib.request.Request(
        API + path,
        method=method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        data=None if body is None else json.dumps(body).encode(),
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        sys.exit(f"demo: {method} {path}: {error.code} {error.read().decode()}")


def seed():
    """A new tenant, its secrets under the platform's key, and then its own key."""
    tenant = json.loads(tool("tenant", "create", "--slug", f"demo-{uuid.uuid4().hex[:8]}"))
    admin = tool("token", "--tenant", tenant["tenant_id"], "--role", "owner", "--expires-in", "86400").strip()

    def store(index):
        call("POST", "/v1/secrets", tenant["api_key"], {"name": f"demo-{index}", "value": f"value-{index}"})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(store, range(SECRETS)))
    customer = aws_accounts.customer(STAND_IN)
    call(
        "POST",
        "/admin/tenant-kms",
        admin,
        {
            "provider": "aws",
            "kms_key_ref": customer["key_arn"],
            "config": {name: customer[name] for name in ("region", "role_arn", "external_id")},
        },
    )
    deadline = time.monotonic() + 120
    while True:
        job = (call("GET", "/admin/tenant-kms/rewrap", admin)["jobs"] or [{}])[0]
        if job.get("finished_at"):
            break
        if time.monotonic() > deadline:
            sys.exit(f"demo: the rewrap did not finish: {job}")
        time.sleep(0.2)
    if (job["processed"], job["failed"]) != (SECRETS, 0):
        sys.exit(f"demo: the rewrap ended with {job}")
    return {**tenant, **customer}


def tenant():
    """Seeds once for the life of the volumes, then shows the result until told to stop."""
    if not STATE.exists():
        STATE.write_text(json.dumps(seed()))
    known = json.loads(STATE.read_text())
    print(
        f"demo: tenant {known['slug']} with {SECRETS} secrets under its own key {known['key_arn']}\n"
        "demo: go on, for example:\n"
        f"  export API_URL={os.environ['PUBLISHED_URL']} TENANT_ID={known['tenant_id']}\n"
        "  export API_KEY=$(docker compose --file compose/compose.yaml exec -T demo "
        "python /demo/demo_stack.py show api_key)\n"
        "  export ADMIN_TOKEN=$(docker compose --file compose/compose.yaml exec -T onboarding-api "
        "onboarding-api token --tenant $TENANT_ID)"
    )
    pathlib.Path("/tmp/ready").touch()
    signal.pause()


def show(field):
    print(json.loads(STATE.read_text())[field])


if __name__ == "__main__":
    # Process 1 of a container ignores what it has no handler for.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    {"accounts": accounts, "tenant": tenant, "show": show}[sys.argv[1]](*sys.argv[2:])
