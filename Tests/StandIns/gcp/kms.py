"""Cloud KMS: symmetric keys with versions, of which a ciphertext names the one that made it."""

import base64
import os
import re

import google_crc32c
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discovery import decode
from errors import Failure, invalid

NAME = re.compile(r"(?P<key>.*/cryptoKeys/[^/]+)(?:/cryptoKeyVersions/(?P<version>\d+))?")
NOT_DECRYPTED = "Decryption failed: verify that 'name' refers to the correct CryptoKey."
PREFIX, NONCE, TAG = 2, 12, 16


def encode(data):
    return base64.b64encode(data).decode()


def checksum(data):
    return str(google_crc32c.value(data))


def field(body, name):
    """Bytes of a request, if they are those that their checksum, where there is one, was made of."""
    data = decode(body.get(name) or "")
    if name + "Crc32c" in body and str(body[name + "Crc32c"]) != checksum(data):
        raise invalid(f"The checksum in field '{name}_crc32c' did not match the data in field '{name}'.")
    return data


class Key:
    def __init__(self, name, purpose):
        self.name, self.purpose = name, purpose
        self.secrets, self.states, self.primary = {}, {}, 0
        self.rotate()

    def rotate(self):
        self.primary += 1
        self.secrets[self.primary], self.states[self.primary] = os.urandom(32), "ENABLED"

    def version(self, number):
        return f"{self.name}/cryptoKeyVersions/{number}"

    def secret(self, number):
        if self.purpose != "ENCRYPT_DECRYPT":
            raise invalid(f"CryptoKey has purpose {self.purpose}, which this operation is not available for.")
        if self.states[number] != "ENABLED":
            message = f"{self.version(number)} is not enabled, current state is: {self.states[number]}."
            raise Failure(400, "FAILED_PRECONDITION", message)
        return AESGCM(self.secrets[number])


class KMS:
    def __init__(self, identity):
        self.identity, self.keys = identity, {}

    def _key(self, principal, name, permission):
        self.identity.demand(principal, f"cloudkms.{permission}", name)
        if name not in self.keys:
            raise Failure(404, "NOT_FOUND", f"CryptoKey {name} not found.")
        return self.keys[name]

    def show(self, principal, parameters, _):
        key = self._key(principal, parameters["name"], "cryptoKeys.get")
        primary = {
            "name": key.version(key.primary),
            "state": key.states[key.primary],
            "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION",
            "protectionLevel": "SOFTWARE",
        }
        return {"name": key.name, "purpose": key.purpose, "primary": primary}

    def encrypt(self, principal, parameters, body):
        match = NAME.fullmatch(parameters["name"])
        key = self._key(principal, match["key"], "cryptoKeyVersions.useToEncrypt")
        plaintext, aad = field(body, "plaintext"), field(body, "additionalAuthenticatedData")
        if len(plaintext) > 64 << 10:
            raise invalid("The plaintext must be no larger than 64KiB.")
        version = int(match["version"] or key.primary)
        nonce = os.urandom(NONCE)
        ciphertext = bytes([0x0A, version]) + nonce + key.secret(version).encrypt(nonce, plaintext, aad)
        answer = {
            "name": key.version(version),
            "ciphertext": encode(ciphertext),
            "ciphertextCrc32c": checksum(ciphertext),
            "protectionLevel": "SOFTWARE",
        }
        if "plaintextCrc32c" in body:
            answer["verifiedPlaintextCrc32c"] = True
        if "additionalAuthenticatedDataCrc32c" in body:
            answer["verifiedAdditionalAuthenticatedDataCrc32c"] = True
        return answer

    def decrypt(self, principal, parameters, body):
        key = self._key(principal, parameters["name"], "cryptoKeyVersions.useToDecrypt")
        ciphertext, aad = field(body, "ciphertext"), field(body, "additionalAuthenticatedData")
        if len(ciphertext) < PREFIX + NONCE + TAG or ciphertext[1] not in key.secrets:
            raise invalid(NOT_DECRYPTED)
        nonce, sealed = ciphertext[PREFIX : PREFIX + NONCE], ciphertext[PREFIX + NONCE :]
        try:
            plaintext = key.secret(ciphertext[1]).decrypt(nonce, sealed, aad)
        except InvalidTag:
            raise invalid(NOT_DECRYPTED) from None
        answer = {
            "plaintext": encode(plaintext),
            "plaintextCrc32c": checksum(plaintext),
            "protectionLevel": "SOFTWARE",
        }
        return {**answer, "usedPrimary": True} if ciphertext[1] == key.primary else answer
