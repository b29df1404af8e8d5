"""Who calls and what they may: service accounts, their tokens, and grants of permissions."""

import base64
import json
import secrets
import time
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from errors import Failure, GrantFailure, invalid

CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
# Of no use elsewhere; IAM Credentials takes it though its discovery document doesn't say so, and Google's client asks for it.
IAM = "https://www.googleapis.com/auth/iam"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
LONGEST, SKEW = 3600, 300
# The audience of an assertion, wherever it is sent (Google Identity, "Using OAuth 2.0 for server to server applications").
AUDIENCE = "https://oauth2.googleapis.com/token"


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Identity:
    def __init__(self):
        self.accounts = {}  # Public keys by e-mail address and key id.
        self.machine = None  # The service account of the machine that asks the metadata server.
        self.workloads = {}  # Principals by the audience of a pool's provider and the subject token that it takes.
        self.grants = set()  # (principal, permission, resource)
        self.tokens = {}

    def issue(self, principal, seconds, scopes):
        token = "ya29.c." + secrets.token_urlsafe(48)
        self.tokens[token] = (principal, time.time() + seconds, set(scopes))
        return token

    def authenticate(self, header, scopes):
        """The principal of a request to a service that wants one of these scopes."""
        principal, expiry, granted = self.tokens.get((header or "").removeprefix("Bearer "), (None, 0, ()))
        if principal is None or expiry < time.time():
            reason = "ACCESS_TOKEN_EXPIRED" if principal else "CREDENTIALS_MISSING"
            raise Failure(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", reason)
        if not granted & set(scopes):
            reason = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
            raise Failure(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.", reason)
        return principal

    def demand(self, principal, permission, resource):
        if (principal, permission, resource) not in self.grants:
            message = f"Permission '{permission}' denied on resource '{resource}' (or it may not exist)."
            metadata = {"permission": permission, "resource": resource}
            raise Failure(403, "PERMISSION_DENIED", message, "IAM_PERMISSION_DENIED", metadata)

    def exchange(self, raw):
        """`POST /token`: a signed assertion for an access token (RFC 7523)."""
        form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        if form.get("grant_type") != JWT_BEARER:
            raise GrantFailure("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")
        claims = self._verify(form.get("assertion", ""))
        if not claims.get("scope"):
            raise GrantFailure("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        token = self.issue(claims["iss"], LONGEST, claims["scope"].split())
        return {"access_token": token, "expires_in": LONGEST - 1, "token_type": "Bearer"}

    def federate(self, raw):
        """`POST /v1/token` of the Security Token Service: a token of elsewhere for an access token (RFC 8693)."""
        form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        if form.get("grant_type") != TOKEN_EXCHANGE:
            raise GrantFailure("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")
        if form.get("requested_token_type") != ACCESS_TOKEN or not form.get("subject_token_type"):
            raise GrantFailure("invalid_request", "Invalid value for a token type.")
        if form.get("audience") not in {audience for audience, _ in self.workloads}:
            raise GrantFailure("invalid_target", 'The target service indicated by the "audience" parameters is invalid.')
        principal = self.workloads.get((form["audience"], form.get("subject_token")))
        if principal is None:
            raise GrantFailure("invalid_grant", "The given credential is rejected by the provider.")
        token = self.issue(principal, LONGEST, form.get("scope", "").split())
        answer = {"access_token": token, "issued_token_type": ACCESS_TOKEN, "token_type": "Bearer"}
        return {**answer, "expires_in": LONGEST - 1}

    def _verify(self, assertion):
        parts = assertion.split(".")
        try:
            header, claims = (json.loads(from_base64url(part)) for part in parts[:2])
            signature = from_base64url(parts[2])
        except (ValueError, IndexError):
            raise GrantFailure("invalid_grant", "Invalid JWT: Failed audience check.") from None
        key = self.accounts.get((claims.get("iss"), header.get("kid")))
        if key is None or header.get("alg") != "RS256":
            raise GrantFailure("invalid_grant", "Invalid grant: account not found")
        try:
            key.verify(signature, ".".join(parts[:2]).encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise GrantFailure("invalid_grant", "Invalid JWT Signature.") from None
        if claims.get("aud") != AUDIENCE:
            raise GrantFailure("invalid_grant", "Invalid JWT: Failed audience check.")
        issued, expires, now = claims.get("iat", 0), claims.get("exp", 0), time.time()
        if not (now - LONGEST < issued < now + SKEW and now < expires <= issued + LONGEST):
            raise GrantFailure(
                "invalid_grant",
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
                "Check your iat and exp values in the JWT claim.",
            )
        return claims

    def impersonate(self, principal, parameters, body):
        """`generateAccessToken` of IAM Credentials."""
        name = parameters["name"]
        if not name.startswith("projects/-/") or not body.get("scope"):
            raise invalid("Request contains an invalid argument.")
        seconds = float(body.get("lifetime", "3600s")[:-1])
        if seconds > LONGEST:
            raise invalid("The access token lifetime cannot exceed 3600s.")
        self.demand(principal, "iam.serviceAccounts.getAccessToken", name)
        token = self.issue(name.rpartition("/")[2], seconds, body["scope"])
        expiry = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
        return {"accessToken": token, "expireTime": expiry}

    def metadata(self, path, query, headers):
        """The metadata server's part about service accounts; None for what it doesn't have."""
        if headers.get("Metadata-Flavor") != "Google" or self.machine is None:
            return None
        account, _, rest = path.partition("/service-accounts/")[2].partition("/")
        if account not in ("default", self.machine):
            return None
        if rest == "token":
            scopes = parse_qs(query).get("scopes", [CLOUD_PLATFORM])[0].split(",")
            token = self.issue(self.machine, LONGEST, scopes)
            return {"access_token": token, "expires_in": LONGEST - 1, "token_type": "Bearer"}
        return {"aliases": ["default"], "email": self.machine, "scopes": [CLOUD_PLATFORM]} if not rest else None

    def add_account(self, email, key_id, public_key):
        self.accounts[email, key_id] = serialization.load_pem_public_key(public_key.encode())
