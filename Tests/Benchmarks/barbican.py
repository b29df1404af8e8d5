"""Barbican, OpenStack's store of secrets, as a peer: on SQLite, with the key of its crypto plugin in its configuration."""

import base64
import json
import os
import pathlib
import secrets
import subprocess
import time
import urllib.error
import urllib.request

APPLICATION = pathlib.Path(__file__).parent / "Barbican"
# What Keystone's middleware would have set.
HEADERS = {"X-Identity-Status": "Confirmed", "X-Project-Id": "benchmark", "X-User-Id": "benchmark", "X-Roles": "member"}
CONFIGURATION = """\
[DEFAULT]
host_href = http://127.0.0.1:{port}
[database]
connection = sqlite:///{folder}/barbican.sqlite
[simple_crypto_plugin]
kek = {key}
"""


class Barbican:
    """Two workers of gunicorn, with one secret."""

    def __init__(self, programs, folder, port):
        self.port = port
        settings = pathlib.Path(folder) / ".barbican"
        settings.mkdir()
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        (settings / "barbican.conf").write_text(CONFIGURATION.format(port=port, folder=folder, key=key))
        # That is where it looks first.
        environment = os.environ | {"HOME": str(folder)}
        subprocess.run(
            [f"{programs}/barbican-manage", "db", "upgrade"], env=environment, cwd=folder, check=True, capture_output=True)
        self.process = subprocess.Popen(
            [f"{programs}/gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}", "barbican_app:application"],
            env=environment, cwd=APPLICATION, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.path = f"/secrets/{self._store()}"
        except BaseException:
            self.stop()
            raise

    def _store(self):
        """The id of a new secret, once there is an answer."""
        body = {"name": "benchmark", "payload": "value", "payload_content_type": "text/plain"}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/secrets", json.dumps(body).encode(),
            HEADERS | {"Content-Type": "application/json"})
        for _ in range(300):
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    return json.load(answer)["secret_ref"].rsplit("/", 1)[-1]
            except urllib.error.HTTPError:
                raise
            except OSError:
                time.sleep(0.1)
        raise SystemExit("api: Barbican doesn't answer")

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
