"""Key Vault: keys with versions, each an RSA key, and who may use them by Azure's role-based access control."""

import base64
import os
import re
import time

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from errors import Failure

PATH = re.compile(r"/keys/(?P<name>[0-9a-zA-Z-]+)(?:/(?P<version>[0-9a-f]{32}))?(?:/(?P<operation>wrapkey|unwrapkey))?/?")
ACTIONS = {None: "read", "wrapkey": "wrap/action", "unwrapkey": "unwrap/action"}
BODY = {"alg", "value", "iv", "aad", "tag"}


def oaep(algorithm):
    return padding.OAEP(padding.MGF1(algorithm), algorithm, None)


PADDINGS = {
    "RSA-OAEP-256": lambda: oaep(hashes.SHA256()),
    "RSA-OAEP": lambda: oaep(hashes.SHA1()),
    "RSA1_5": padding.PKCS1v15,
}


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def integer(number):
    return encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


class Version:
    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.enabled, self.created, self.expires = True, int(time.time()), None


class Key:
    def __init__(self, kind):
        self.kind, self.versions, self.deleted = kind, {}, False
        self.rotate()

    def rotate(self):
        self.latest = os.urandom(16).hex()
        self.versions[self.latest] = Version()
        return self.latest


class Vault:
    def __init__(self, name, host, directory, entra):
        self.name, self.host, self.directory, self.entra = name, host, directory, entra
        self.resource = "https://" + host.partition(".")[2]
        self.keys, self.grants, self.firewall = {}, set(), False

    def answer(self, verb, path, query, headers, body):
        token = self._authenticate(headers.get("Authorization") or "")
        if "api-version" not in query:
            raise Failure(400, "BadParameter", "api-version must be specified")
        match = PATH.fullmatch(path)
        if match is None:
            raise Failure(404, "NotFound", "Not Found")
        name, version, operation = match["name"], match["version"], match["operation"]
        self._authorize(token, name, ACTIONS[operation])
        key = self.keys.get(name)
        if key is None or key.deleted or (version and version not in key.versions):
            message = (
                f"A key with (name/id) {name}{'/' + version if version else ''} was not found in this key vault. If you "
                "recently deleted this key you may be able to recover it using the correct recovery command. For help "
                "resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
            )
            raise Failure(404, "KeyNotFound", message)
        version = version or key.latest
        identifier = f"https://{self.host}/keys/{name}/{version}"
        if operation is None:
            if verb != "GET":
                raise Failure(405, "BadMethod", "The HTTP method is not allowed.")
            return self._show(identifier, key, key.versions[version])
        return {"kid": identifier, "value": self._operate(operation, name, key, key.versions[version], body)}

    def _authenticate(self, header):
        challenge = (
            f'Bearer authorization="https://login.microsoftonline.com/{self.directory}", resource="{self.resource}"'
        )

        def unauthorized(message, more=""):
            return Failure(401, "Unauthorized", message, headers={"WWW-Authenticate": challenge + more})

        if not header.startswith("Bearer "):
            raise unauthorized("AKV10000: Request is missing a Bearer or PoP token.")
        try:
            token = self.entra.verify(header.removeprefix("Bearer "), self.resource)
        except jwt.ExpiredSignatureError:
            more = ', error="invalid_token", error_description="The token expired"'
            raise unauthorized("AKV10142: Error validating token: 'Token is expired'.", more) from None
        except jwt.InvalidAudienceError:
            raise unauthorized("AKV10022: Invalid audience.") from None
        except jwt.InvalidTokenError:
            raise unauthorized("AKV10046: Unable to resolve the key used for signature validation.") from None
        if token["iss"] != f"https://sts.windows.net/{self.directory}/":
            raise unauthorized(f"AKV10032: Invalid issuer. Expected one of https://sts.windows.net/{self.directory}/.")
        return token

    def _authorize(self, token, name, action):
        caller = f"Caller: appid={token['appid']};oid={token['oid']};iss={token['iss']}"
        if self.firewall:
            message = (
                "Client address is not authorized and caller is not a trusted service.\r\nClient address: 127.0.0.1\r\n"
                f"{caller}\r\nVault: {self.name};location=local"
            )
            raise Failure(403, "Forbidden", message, "ForbiddenByFirewall")
        if (token["appid"], name, action) not in self.grants:
            message = (
                "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role "
                "definitions were changed recently, please observe propagation time.\r\n"
                f"{caller}\r\nAction: 'Microsoft.KeyVault/vaults/keys/{action}'\r\nAssignment: (not found)\r\n"
                f"DecisionReason: 'DeniedWithNoValidRBAC' \r\nVault: {self.name};location=local\r\n"
            )
            raise Failure(403, "Forbidden", message, "ForbiddenByRbac")

    @staticmethod
    def _show(identifier, key, version):
        numbers = version.key.public_key().public_numbers()
        attributes = {
            "enabled": version.enabled,
            "created": version.created,
            "updated": version.created,
            "recoveryLevel": "Recoverable+Purgeable",
            "recoverableDays": 90,
        }
        if version.expires:
            attributes["exp"] = version.expires
        shown = {"kid": identifier, "kty": key.kind}
        if key.kind == "RSA":
            shown |= {"key_ops": ["wrapKey", "unwrapKey"], "n": integer(numbers.n), "e": integer(numbers.e)}
        else:
            shown |= {"key_ops": ["sign", "verify"], "crv": "P-256", "x": encode(bytes(32)), "y": encode(bytes(32))}
        return {"key": shown, "attributes": attributes}

    def _operate(self, operation, name, key, version, body):
        algorithm, value = body.get("alg"), body.get("value")
        if set(body) - BODY or not isinstance(value, str) or not re.fullmatch(r"[\w-]+", value, re.ASCII):
            raise Failure(400, "BadParameter", "Property  has invalid value")
        if key.kind != "RSA" or algorithm not in PADDINGS:
            message = (
                f"Key and signing algorithm are incompatible. Key https://{self.host}/keys/{name} is of type '{key.kind}', "
                f"and algorithm '{algorithm}' can only be used with a key of type 'oct-HSM'."
            )
            raise Failure(400, "BadParameter", message)
        # As observed on the live service (azure-sdk-for-python, issue 45342): a disabled key still wraps.
        if operation == "unwrapkey" and not version.enabled:
            raise Failure(403, "Forbidden", "Operation unwrapKey is not allowed on a disabled key.", "KeyDisabled")
        pad = PADDINGS[algorithm]()
        try:
            if operation == "wrapkey":
                return encode(version.key.public_key().encrypt(decode(value), pad))
            return encode(version.key.decrypt(decode(value), pad))
        except ValueError:
            raise Failure(400, "BadParameter", "The parameter is incorrect.") from None
