"""Proves the stand-in at the ports given against Microsoft's own clients, so that a mistake of ours on both sides can't
cancel out: `proof.py PORT TLS_PORT AUTHORITY`. They believe to be speaking to Azure's hosts, over TLS. Ends with an
exception at the first difference."""

import base64
import json
import os
import pathlib
import sys
import tempfile
import time
import uuid

PORT, TLS_PORT, AUTHORITY = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
os.environ["REQUESTS_CA_BUNDLE"] = AUTHORITY

import jwt
import requests
import urllib3.util.connection as connection
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.identity import (
    ClientAssertionCredential,
    ClientSecretCredential,
    CredentialUnavailableError,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from azure.keyvault.keys import KeyClient
from azure.keyvault.keys.crypto import CryptographyClient, KeyWrapAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

connect = connection.create_connection
connection.create_connection = lambda address, *rest, **options: connect(
    ("127.0.0.1", {443: TLS_PORT, 80: PORT}.get(address[1], address[1])), *rest, **options
)

ID = uuid.uuid4().hex[:8]
VAULT, KEY = f"proof-{ID}.vault.azure.net", "k"
DIRECTORY, CLIENT, MACHINE = (str(uuid.uuid4()) for _ in range(3))
SECRET = f"s3cret&{ID}"
ACTIONS = ("read", "wrap/action", "unwrap/action")


def admin(op, **operation):
    answer = requests.post(f"http://127.0.0.1:{PORT}/_admin", json={"op": op, **operation}, timeout=5)
    answer.raise_for_status()
    return answer.json()


def refuses(error, call, text):
    try:
        call()
    except error as found:
        assert text in str(found), found
        return
    raise AssertionError(f"no {error.__name__}")


def keys(credential):
    return KeyClient(f"https://{VAULT}", credential, retry_total=0)


def crypto(credential, version=None):
    identifier = f"https://{VAULT}/keys/{KEY}" + (f"/{version}" if version else "")
    return CryptographyClient(identifier, credential, retry_total=0)


def grant(who):
    for action in ACTIONS:
        admin("grant", vault=VAULT, name=KEY, who=who, action=action)


def prove_secret():
    """An application signs in by its secret, in the directory that the vault's challenge names."""
    here = {"directory": DIRECTORY, "client_id": CLIENT}

    def get(directory=DIRECTORY, secret=SECRET):
        return keys(ClientSecretCredential(directory, CLIENT, secret)).get_key(KEY)

    refuses(ClientAuthenticationError, get, "AADSTS700016")
    admin("application", **here, secret=SECRET)
    refuses(ClientAuthenticationError, lambda: get(secret="wrong"), "AADSTS7000215")
    admin("secret", **here, secret=SECRET, expired=True)
    refuses(ClientAuthenticationError, get, "AADSTS7000222")
    admin("secret", **here, secret=SECRET)
    admin("enable_application", **here, on=False)
    refuses(ClientAuthenticationError, get, "AADSTS7000112")
    admin("enable_application", **here, on=True)
    refuses(HttpResponseError, get, "ForbiddenByRbac")
    grant(CLIENT)
    refuses(ResourceNotFoundError, get, "KeyNotFound")


def prove_key(credential):
    admin("key", vault=VAULT, name=KEY)
    key = keys(credential).get_key(KEY)
    assert key.key_type == "RSA" and key.properties.enabled, key
    first = key.properties.version
    secret = os.urandom(64)
    # With the public key at hand the client would wrap by itself: without it, it asks the vault.
    admin("revoke", vault=VAULT, name=KEY, who=CLIENT, action="read")
    client = crypto(credential, first)
    wrapped = client.wrap_key(KeyWrapAlgorithm.rsa_oaep_256, secret)
    admin("grant", vault=VAULT, name=KEY, who=CLIENT, action="read")
    assert wrapped.key_id == f"https://{VAULT}/keys/{KEY}/{first}", wrapped.key_id
    second = admin("rotate", vault=VAULT, name=KEY)["version"]
    assert keys(credential).get_key(KEY).properties.version == second

    def unwrap(version=first, value=wrapped.encrypted_key):
        return crypto(credential, version).unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, value).key

    assert unwrap() == secret
    # What the client wraps by itself is what the vault would have made.
    local = crypto(credential, first).wrap_key(KeyWrapAlgorithm.rsa_oaep_256, secret)
    assert unwrap(value=local.encrypted_key) == secret
    refuses(HttpResponseError, lambda: unwrap(version=second), "BadParameter")
    refuses(HttpResponseError, lambda: unwrap(value=bytes(256)), "BadParameter")
    admin("enable", vault=VAULT, name=KEY, version=first, on=False)
    refuses(HttpResponseError, unwrap, "KeyDisabled")
    client.wrap_key(KeyWrapAlgorithm.rsa_oaep_256, secret)
    admin("enable", vault=VAULT, name=KEY, version=first, on=True)
    admin("firewall", vault=VAULT, on=True)
    refuses(HttpResponseError, unwrap, "ForbiddenByFirewall")
    admin("firewall", vault=VAULT, on=False)
    admin("delete", vault=VAULT, name=KEY, on=True)
    refuses(ResourceNotFoundError, unwrap, "KeyNotFound")
    admin("delete", vault=VAULT, name=KEY, on=False)
    assert unwrap() == secret


def prove_machine():
    """A machine has an identity, by itself and as an application that trusts it."""
    admin("machine", directory=DIRECTORY)
    refuses(CredentialUnavailableError, lambda: keys(ManagedIdentityCredential()).get_key(KEY), "")
    admin("machine", directory=DIRECTORY, client_id=MACHINE)
    grant(MACHINE)
    assert keys(ManagedIdentityCredential(client_id=MACHINE)).get_key(KEY).name == KEY

    def assertion():
        return ManagedIdentityCredential().get_token("api://AzureADTokenExchange/.default").token

    federated = ClientAssertionCredential(DIRECTORY, CLIENT, assertion)
    refuses(ClientAuthenticationError, lambda: keys(federated).get_key(KEY), "AADSTS700213")
    admin("trust_machine", directory=DIRECTORY, client_id=CLIENT)
    assert keys(ClientAssertionCredential(DIRECTORY, CLIENT, assertion)).get_key(KEY).name == KEY
    admin("machine", directory=DIRECTORY)


def prove_workload():
    """Kubernetes, say, vouches for a workload."""
    issuer, subject = f"https://issuer-{ID}.example", "system:serviceaccount:tenant-kms:api"
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    admin("issuer", issuer=issuer, public_key=public.decode())
    admin("trust", directory=DIRECTORY, client_id=CLIENT, issuer=issuer, subject=subject)

    def get(**changed):
        claims = {"iss": issuer, "sub": subject, "aud": "api://AzureADTokenExchange", "exp": time.time() + 600}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "token"
            path.write_text(jwt.encode({**claims, **changed}, key, "RS256"))
            credential = WorkloadIdentityCredential(tenant_id=DIRECTORY, client_id=CLIENT, token_file_path=str(path))
            return keys(credential).get_key(KEY)

    assert get().name == KEY
    refuses(ClientAuthenticationError, lambda: get(sub="other"), "AADSTS700213")
    refuses(ClientAuthenticationError, lambda: get(aud="other"), "AADSTS700212")
    refuses(ClientAuthenticationError, lambda: get(exp=time.time() - 600), "AADSTS700024")


if __name__ == "__main__":
    admin("vault", vault=VAULT, directory=DIRECTORY)
    prove_secret()
    prove_key(ClientSecretCredential(DIRECTORY, CLIENT, SECRET))
    prove_machine()
    prove_workload()
    print(json.dumps({"proven": ["secret", "managed identity", "workload identity", "get", "wrapkey", "unwrapkey"]}))
