"""A cloud that answers every AssumeRole and every Decrypt as late as a real one, and notes when which tenant's came."""

import asyncio
import base64
import json
import re
import time

CREDENTIALS = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
<SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>"""
PLAINTEXT = base64.b64encode(bytes(32)).decode()


class Cloud:
    """Listens on a port of its own; each of its answers takes `delay` seconds."""

    def __init__(self, delay):
        self.delay = delay
        # By tenant: when the role was assumed, on the monotonic clock.
        self.looks = {}

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0, backlog=1024)
        self.url = f"http://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self.server.close()

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
                status, answer = self.answer(await reader.readexactly(length))
                await asyncio.sleep(self.delay)
                writer.write(b"HTTP/1.1 %d -\r\nContent-Length: %d\r\n\r\n" % (status, len(answer)) + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, body):
        """Status and body of the answer to a request."""
        if session := re.search(rb"Action=AssumeRole&.*RoleSessionName=tenant-kms-([0-9a-f-]+)", body):
            self.looks.setdefault(session[1], []).append(time.monotonic())
            return 200, CREDENTIALS
        return 200, json.dumps({"KeyId": json.loads(body)["KeyId"], "Plaintext": PLAINTEXT}).encode()
