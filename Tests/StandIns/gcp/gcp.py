"""A stand-in for Google Cloud on the loopback interface: Cloud KMS, IAM Credentials, the token endpoints and the metadata
server. `gcp.py PORT` serves until it is stopped; `POST /_admin` plays the owners of projects and machines."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from discovery import Surface
from errors import Failure, GrantFailure
from identity import IAM, Identity
from kms import KMS, Key

METADATA = "/computeMetadata/v1/instance"


class Cloud:
    """Everything behind the endpoint; one request at a time."""

    def __init__(self):
        self.surface = Surface("cloudkms.v1", "iamcredentials.v1")
        self.identity = Identity()
        self.kms = KMS(self.identity)
        self.lock = threading.Lock()
        self.methods = {
            "cloudkms.projects.locations.keyRings.cryptoKeys.get": self.kms.show,
            "cloudkms.projects.locations.keyRings.cryptoKeys.encrypt": self.kms.encrypt,
            "cloudkms.projects.locations.keyRings.cryptoKeys.decrypt": self.kms.decrypt,
            "iamcredentials.projects.serviceAccounts.generateAccessToken": self.identity.impersonate,
        }

    def answer(self, verb, url, headers, raw):
        """Status, headers and body of an answer."""
        path = unquote(url.path)
        try:
            with self.lock:
                if path == "/_admin":
                    return 200, {}, self.administer(**json.loads(raw))
                if path == "/token":
                    return 200, {}, self.identity.exchange(raw)
                if path == "/v1/token":
                    return 200, {}, self.identity.federate(raw)
                if path.startswith(METADATA):
                    body = self.identity.metadata(path, url.query, headers)
                    return (404 if body is None else 200), {"Metadata-Flavor": "Google"}, body or {}
                return 200, {}, self.call(verb, path, url.query, headers, raw)
        except (Failure, GrantFailure) as failure:
            return failure.code, failure.headers, failure.body

    def call(self, verb, path, query, headers, raw):
        method, parameters = self.surface.find(verb, path)
        scopes = method["scopes"] + ([IAM] if method["id"].startswith("iamcredentials.") else [])
        principal = self.identity.authenticate(headers.get("Authorization"), scopes)
        body = self.surface.request(method, query, raw)
        if method["id"] not in self.methods:
            raise Failure(501, "UNIMPLEMENTED", method["id"])
        return self.surface.response(method, self.methods[method["id"]](principal, parameters, body))

    def administer(self, op, **a):
        match op:
            case "key":
                self.kms.keys[a["name"]] = Key(a["name"], a.get("purpose", "ENCRYPT_DECRYPT"))
            case "delete":
                del self.kms.keys[a["name"]]
            case "rotate":
                self.kms.keys[a["name"]].rotate()
            case "state":
                self.kms.keys[a["name"]].states[a["version"]] = a["state"]
            case "grant":
                self.identity.grants.add((a["who"], a["permission"], a["on"]))
            case "revoke":
                self.identity.grants.discard((a["who"], a["permission"], a["on"]))
            case "account":
                self.identity.add_account(a["email"], a["key_id"], a["public_key"])
            case "workload":
                self.identity.workloads[a["audience"], a["token"]] = a["principal"]
            case "machine":
                self.identity.machine = a["email"]
        return {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud = None

    def serve(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers, body = self.cloud.answer(self.command, urlsplit(self.path), self.headers, raw)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = serve

    def log_message(self, *_):
        """Says nothing: requests hold tokens."""


if __name__ == "__main__":
    port = int(sys.argv[1])
    Handler.cloud = Cloud()
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
