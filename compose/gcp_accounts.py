"""The platform's service account at the stand-in for Google Cloud."""

import json
import pathlib
import sys
import urllib.request

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

EMAIL = "platform@tenant-kms-local.iam.gserviceaccount.com"


def platform(endpoint, file):
    """Makes the account's key file unless it is there, and has the stand-in, which keeps nothing, know its key."""
    path = pathlib.Path(file)
    known = json.loads(path.read_text()) if path.exists() else None
    if known is None:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        known = {
            "type": "service_account",
            "private_key_id": "local",
            "private_key": private.private_bytes(*form).decode(),
            "client_email": EMAIL,
        }
    private = serialization.load_pem_private_key(known["private_key"].encode(), None)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    account = {"op": "account", "email": EMAIL, "key_id": known["private_key_id"], "public_key": public.decode()}
    urllib.request.urlopen(endpoint + "/_admin", json.dumps(account).encode(), timeout=30).close()
    return {**known, "token_uri": endpoint + "/token"}


if __name__ == "__main__":
    print(json.dumps(platform(*sys.argv[1:])))
