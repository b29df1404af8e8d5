"""Envelopes of the format KCT1 around 32-byte keys, as the product makes them."""

import os
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

DATA_KEY, MASTER_KEY = 1, 3
TENANT_KEYS, SECRET_VALUES = 1, 2


class Cipher:
    """Seals and opens under one key, set once; nonces are drawn in bulk."""

    def __init__(self, key, kind, version, tenant, table):
        self.aes = AESGCM(key)
        self.header = b"KCT1" + bytes([kind]) + struct.pack(">I", version)
        self.prefix = self.header + tenant.bytes + bytes([table])
        self.nonces = b""
        self.position = 0

    def seal(self, plaintext, row, value_version):
        if self.position == len(self.nonces):
            self.nonces, self.position = os.urandom(12 * 256), 0
        nonce = self.nonces[self.position : self.position + 12]
        self.position += 12
        data = self.prefix + row + value_version
        return self.header + nonce + self.aes.encrypt(nonce, plaintext, data)

    def open(self, envelope, row, value_version):
        return self.aes.decrypt(envelope[9:21], envelope[21:], self.prefix + row + value_version)
