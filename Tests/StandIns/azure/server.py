"""A stand-in for Azure on the loopback interface: Key Vault, Entra ID and the instance metadata service, told apart by the
host that is asked for. `server.py PORT TLS_PORT FOLDER` serves both until it is stopped, and leaves the authority that
vouches for it in the folder; `POST /_admin` plays the owners of directories, vaults and machines."""

import json
import pathlib
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import certificates
from entra import Application, Entra
from errors import Failure, MetadataFailure, SignInFailure
from vault import Key, Vault

METADATA = "/metadata/identity/oauth2/token"
SUFFIXES = ("vault.azure.net", "vault.usgovcloudapi.net", "vault.azure.cn")


class Cloud:
    """Everything behind the two ports; one request at a time."""

    def __init__(self):
        self.entra, self.vaults, self.lock = Entra(), {}, threading.Lock()

    def answer(self, verb, url, headers, raw):
        """Status, headers and body of an answer."""
        host = (headers.get("Host") or "").partition(":")[0]
        try:
            with self.lock:
                if host.startswith("login."):
                    return 200, {}, self.entra.answer(url.path, raw)
                if host.endswith(SUFFIXES):
                    return 200, {}, self.ask_vault(host, verb, url, headers, raw)
                if url.path == METADATA:
                    return 200, {}, self.entra.metadata(url.query, headers)
                if url.path == "/_admin":
                    return 200, {}, self.administer(**json.loads(raw))
                raise Failure(404, "NotFound", "Not Found")
        except (Failure, SignInFailure, MetadataFailure) as failure:
            return failure.status, failure.headers, failure.body

    def ask_vault(self, host, verb, url, headers, raw):
        vault = self.vaults.get(host)
        if vault is None:
            # The name of a vault that is none doesn't resolve; here it is too late for that.
            raise Failure(404, "VaultNotFound", "The vault does not exist.")
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            raise Failure(400, "BadParameter", "The request body is not valid JSON.") from None
        return vault.answer(verb, url.path, parse_qs(url.query), headers, body)

    def administer(self, op, **a):
        vault = self.vaults.get(a.get("vault"))
        application = self.entra.directories.get(a.get("directory"), {}).get(a.get("client_id"))
        match op:
            case "vault":
                self.entra.directories.setdefault(a["directory"], {})
                self.vaults[a["vault"]] = Vault(a["vault"].partition(".")[0], a["vault"], a["directory"], self.entra)
            case "key":
                vault.keys[a["name"]] = Key(a.get("kind", "RSA"))
            case "rotate":
                return {"version": vault.keys[a["name"]].rotate()}
            case "enable":
                key = vault.keys[a["name"]]
                key.versions[a.get("version") or key.latest].enabled = a["on"]
            case "expire":
                key = vault.keys[a["name"]]
                key.versions[key.latest].expires = a["at"]
            case "delete":
                vault.keys[a["name"]].deleted = a["on"]
            case "firewall":
                vault.firewall = a["on"]
            case "grant":
                vault.grants.add((a["who"], a["name"], a["action"]))
            case "revoke":
                vault.grants.discard((a["who"], a["name"], a["action"]))
            case "application":
                self.entra.directories.setdefault(a["directory"], {})[a["client_id"]] = Application(a.get("secret"))
            case "enable_application":
                application.enabled = a["on"]
            case "secret":
                application.secret, application.expired = a["secret"], a.get("expired", False)
            case "trust":
                application.trusted.add((a["issuer"], a["subject"]))
            case "trust_machine":
                directory, client = self.entra.machine
                subject = self.entra.object_id(directory, client)
                application.trusted.add((f"https://login.microsoftonline.com/{directory}/v2.0", subject))
            case "issuer":
                self.entra.add_issuer(a["issuer"], a["public_key"])
            case "machine":
                self.entra.machine = (a["directory"], a["client_id"]) if a.get("client_id") else None
        return {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud = None

    def serve(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers, body = self.cloud.answer(self.command, urlsplit(self.path), self.headers, raw)
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = serve

    def log_message(self, *_):
        """Says nothing: requests hold tokens and secrets."""


class SecureServer(ThreadingHTTPServer):
    """Shakes hands in the thread of each connection, so that none keeps the others waiting."""

    context = None

    def finish_request(self, request, client_address):
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, *_):
        """Clients that don't trust the certificate hang up, as tests want them to."""


if __name__ == "__main__":
    port, tls_port, folder = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    Handler.cloud = Cloud()
    SecureServer.context = certificates.context(folder)
    secure = SecureServer(("127.0.0.1", tls_port), Handler)
    threading.Thread(target=secure.serve_forever, daemon=True).start()
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
