"""Proves the stand-in at the endpoint given against Google's own clients, so that a mistake of ours on both sides can't
cancel out. Ends with an exception at the first difference."""

import json
import os
import sys
import tempfile
import uuid

import google.auth.compute_engine
import google_crc32c
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.api_core import exceptions
from google.auth import identity_pool, impersonated_credentials
from google.auth.exceptions import OAuthError, RefreshError
from google.auth.transport.requests import Request
from google.cloud import kms
from google.oauth2 import service_account

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
ENDPOINT = sys.argv[1]
ID = uuid.uuid4().hex[:8]
PLATFORM, CUSTOMER = f"proof-{ID}@saas-{ID}.iam.gserviceaccount.com", f"keys-{ID}@acme-{ID}.iam.gserviceaccount.com"
KEY = f"projects/acme-{ID}/locations/europe-west3/keyRings/r/cryptoKeys/k"
USE = [f"cloudkms.cryptoKeyVersions.useTo{action}" for action in ("Encrypt", "Decrypt")]


def admin(**operation):
    requests.post(f"{ENDPOINT}/_admin", json=operation, timeout=5).raise_for_status()


def refuses(error, call):
    try:
        call()
    except error as found:
        return found
    raise AssertionError(f"no {error.__name__}")


def platform_credentials():
    """The platform's service account, by a key file of its own."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    admin(op="account", email=PLATFORM, key_id=ID, public_key=public.decode())
    info = {
        "type": "service_account",
        "private_key_id": ID,
        "private_key": pem,
        "client_email": PLATFORM,
        "token_uri": f"{ENDPOINT}/token",
    }
    return service_account.Credentials.from_service_account_info(info, scopes=[SCOPE])


def impersonated(source):
    name = f"projects/-/serviceAccounts/{CUSTOMER}"
    return impersonated_credentials.Credentials(
        source, CUSTOMER, [SCOPE], lifetime=300, iam_endpoint_override=f"{ENDPOINT}/v1/{name}:generateAccessToken"
    )


def client(credentials):
    return kms.KeyManagementServiceClient(
        credentials=credentials, transport="rest", client_options={"api_endpoint": ENDPOINT}
    )


def prove_impersonation(source):
    refuses(RefreshError, lambda: impersonated(source).refresh(Request()))
    on = f"projects/-/serviceAccounts/{CUSTOMER}"
    admin(op="grant", who=PLATFORM, permission="iam.serviceAccounts.getAccessToken", on=on)
    impersonated(source).refresh(Request())


def prove_key(cloud):
    aad, secret = b"context", os.urandom(32)
    encryption = {
        "name": KEY,
        "plaintext": secret,
        "plaintext_crc32c": google_crc32c.value(secret),
        "additional_authenticated_data": aad,
        "additional_authenticated_data_crc32c": google_crc32c.value(aad),
    }
    refuses(exceptions.Forbidden, lambda: cloud.encrypt(encryption))
    for permission in USE:
        admin(op="grant", who=CUSTOMER, permission=permission, on=KEY)
    refuses(exceptions.NotFound, lambda: cloud.encrypt(encryption))
    admin(op="key", name=KEY)
    sealed = cloud.encrypt(encryption)
    assert sealed.name == f"{KEY}/cryptoKeyVersions/1", sealed.name
    assert sealed.verified_plaintext_crc32c and sealed.verified_additional_authenticated_data_crc32c
    assert sealed.ciphertext_crc32c == google_crc32c.value(sealed.ciphertext)
    refuses(exceptions.BadRequest, lambda: cloud.encrypt({**encryption, "plaintext_crc32c": 1}))

    decryption = {"name": KEY, "ciphertext": sealed.ciphertext, "additional_authenticated_data": aad}
    admin(op="rotate", name=KEY)
    opened = cloud.decrypt(decryption)
    assert opened.plaintext == secret and opened.plaintext_crc32c == google_crc32c.value(secret)
    assert not opened.used_primary
    assert cloud.encrypt(encryption).name == f"{KEY}/cryptoKeyVersions/2"
    other = {**decryption, "additional_authenticated_data": b"other"}
    refuses(exceptions.BadRequest, lambda: cloud.decrypt(other))
    for state in ("DISABLED", "DESTROY_SCHEDULED"):
        admin(op="state", name=KEY, version=1, state=state)
        assert state in str(refuses(exceptions.BadRequest, lambda: cloud.decrypt(decryption)))
    admin(op="state", name=KEY, version=1, state="ENABLED")
    assert cloud.decrypt(decryption).plaintext == secret


def prove_workload():
    """Google's client as a workload elsewhere, whose token is in a file, acts as the platform's service account."""
    pool = f"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p-{ID}"
    audience, principal = f"{pool}/providers/p", f"principal:{pool}/subject/workload"
    admin(op="workload", audience=audience, token="right", principal=principal)
    account = f"projects/-/serviceAccounts/{PLATFORM}"
    with tempfile.NamedTemporaryFile("w+") as file:
        info = {
            "audience": audience,
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": f"{ENDPOINT}/v1/token",
            "credential_source": {"file": file.name},
            "service_account_impersonation_url": f"{ENDPOINT}/v1/{account}:generateAccessToken",
        }
        credentials = identity_pool.Credentials.from_info(info, scopes=[SCOPE])
        file.write("wrong")
        file.flush()
        assert "invalid_grant" in str(refuses(OAuthError, lambda: credentials.refresh(Request())))
        file.seek(0)
        file.write("right")
        file.flush()
        refuses(RefreshError, lambda: credentials.refresh(Request()))
        admin(op="grant", who=principal, permission="iam.serviceAccounts.getAccessToken", on=account)
        credentials.refresh(Request())
        impersonated(credentials).refresh(Request())


def prove_machine():
    """Google's client asks the metadata server that GCE_METADATA_HOST named when it was imported."""
    admin(op="machine", email=PLATFORM)
    credentials = google.auth.compute_engine.Credentials(scopes=[SCOPE])
    credentials.refresh(Request())
    assert credentials.service_account_email == PLATFORM
    impersonated(credentials).refresh(Request())


if __name__ == "__main__":
    platform = platform_credentials()
    prove_impersonation(platform)
    prove_key(client(impersonated(platform)))
    prove_workload()
    prove_machine()
    print(json.dumps({"proven": ["token", "federation", "generateAccessToken", "encrypt", "decrypt", "metadata"]}))
