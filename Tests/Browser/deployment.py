"""The running product as its operator and its customers meet it: the command line, the API, the stand-in for AWS."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import struct
import subprocess
import sys
import time
import urllib.parse
import urllib.request
import uuid

sys.path.append(str(pathlib.Path(__file__).parents[2] / "compose"))
import aws_accounts  # noqa: E402

PASSWORD = "correct horse battery staple"


class Deployment:
    """What `compose/local` started; its services' settings are this process's environment."""

    def __init__(self):
        self.url = os.environ["API_URL"]
        self.aws = os.environ["AWS_ENDPOINT_URL"]
        self.gcp_url = os.environ["GCP_ENDPOINT_URL"]
        self.azure_url = os.environ["AZURE_ENDPOINT_URL"]

    def run(self, *arguments, **options):
        command = [os.environ["ONBOARDING_API"], *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, **options).stdout

    def tenant(self):
        slug = f"browser-{uuid.uuid4().hex[:12]}"
        return Tenant(self, slug, json.loads(self.run("tenant", "create", "--slug", slug)))

    def customer(self):
        """A key, and a role that trusts us under an external ID, made as `compose/aws_accounts.py` does."""
        return aws_accounts.customer(self.aws)

    def gcp(self, operation, **members):
        """Does what the owner of a project in Google Cloud would."""
        body = json.dumps({"op": operation, **members}).encode()
        urllib.request.urlopen(self.gcp_url + "/_admin", body, timeout=30).close()

    def gcp_key(self):
        """A key in a project of its own, which nobody may use yet."""
        name = f"projects/acme-{uuid.uuid4().hex[:12]}/locations/europe-west3/keyRings/saas/cryptoKeys/tenant-kms"
        self.gcp("key", name=name)
        return name

    def azure(self, operation, **members):
        """Does what the owner of a directory and a vault would."""
        body = json.dumps({"op": operation, **members}).encode()
        urllib.request.urlopen(self.azure_url + "/_admin", body, timeout=30).close()

    def azure_key(self):
        """A vault in a directory of its own, and a key in it which nobody may use yet."""
        vault, directory = f"acme-{uuid.uuid4().hex[:12]}.vault.azure.net", str(uuid.uuid4())
        self.azure("vault", vault=vault, directory=directory)
        self.azure("key", vault=vault, name="tenant-kms")
        return vault, directory

    def client(self, service):
        """The customer's own administrator."""
        return aws_accounts.client(self.aws, service, aws_accounts.CUSTOMER)


class Tenant:
    def __init__(self, deployment, slug, made):
        self.deployment, self.slug = deployment, slug
        self.id, self.api_key = made["tenant_id"], made["api_key"]

    def user(self, role="owner", totp=True):
        return User(self, role, totp)

    def call(self, method, path, body=None, key=None, **headers):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key or self.api_key}", **headers}
        request = urllib.request.Request(self.deployment.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read() or "null")

    def store(self, count):
        for index in range(count):
            self.call("POST", "/v1/secrets", {"name": f"secret-{index}", "value": f"value-{index}"})

    def onboard(self, customer):
        token = self.deployment.run("token", "--tenant", self.id, "--role", "owner").strip()
        config = {"region": customer["region"], "role_arn": customer["role_arn"], "external_id": customer["external_id"]}
        body = {"provider": "aws", "kms_key_ref": customer["key_arn"], "config": config}
        return self.call("POST", "/admin/tenant-kms", body, key=token)


class User:
    """A person with a password and, unless told, an authenticator."""

    def __init__(self, tenant, role, totp):
        self.tenant, self.email = tenant, f"{role}-{uuid.uuid4().hex[:8]}@example.com"
        run = tenant.deployment.run
        run("user", "create", "--tenant", tenant.id, "--email", self.email, "--role", role, "--password-stdin", input=PASSWORD)
        self.codes = None
        if totp:
            shown = json.loads(run("user", "totp", "enrol", "--email", self.email).strip().splitlines()[-1])
            self.codes = Codes(urllib.parse.parse_qs(urllib.parse.urlsplit(shown["otpauth_uri"]).query)["secret"][0])
            run("user", "totp", "confirm", "--email", self.email, "--totp", self.codes.next())


class Codes:
    """One-time codes (RFC 6238), each used once: of this step and the one after it, then as time allows."""

    def __init__(self, secret):
        self.key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        self.last = 0

    def next(self):
        step = max(self.last + 1, int(time.time()) // 30)
        while step > int(time.time()) // 30 + 1:
            time.sleep(0.2)
        self.last = step
        digest = hmac.digest(self.key, struct.pack(">Q", step), hashlib.sha1)
        offset = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
