"""Who calls: Entra ID's directories with the applications in them, and the identity of the machine that asks."""

import time
import uuid
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from errors import MetadataFailure, SignInFailure

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE = "api://AzureADTokenExchange"
LIFETIME, SKEW = 3599, 300


class Application:
    def __init__(self, secret=None):
        self.secret, self.enabled, self.expired = secret, True, False
        self.trusted = set()  # (issuer, subject)


class Entra:
    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.directories = {}  # Applications by directory and client id.
        self.issuers = {}  # Public keys of others, whose tokens applications may trust.
        self.machine = None  # Directory and client id of the machine that asks the metadata service.

    def issue(self, directory, client, audience, issuer=None):
        now = int(time.time())
        claims = {
            "aud": audience,
            "iss": issuer or f"https://sts.windows.net/{directory}/",
            "iat": now,
            "nbf": now - SKEW,
            "exp": now + LIFETIME,
            "appid": client,
            "oid": self.object_id(directory, client),
            "sub": self.object_id(directory, client),
            "tid": directory,
        }
        return jwt.encode(claims, self.key, "RS256")

    @staticmethod
    def object_id(directory, client):
        return str(uuid.uuid5(uuid.UUID(directory), client))

    def verify(self, token, audience):
        return jwt.decode(token, self.key.public_key(), ["RS256"], audience=audience)

    def answer(self, path, raw):
        """What the sign-in host has at a path."""
        parts = path.strip("/").split("/")
        if parts[-1] == "token":
            return self.token(parts[0], {name: values[0] for name, values in parse_qs(raw.decode()).items()})
        host = "https://login.microsoftonline.com"
        if parts[-1] == "openid-configuration":
            return {
                "issuer": f"{host}/{parts[0]}/v2.0",
                "authorization_endpoint": f"{host}/{parts[0]}/oauth2/v2.0/authorize",
                "token_endpoint": f"{host}/{parts[0]}/oauth2/v2.0/token",
                "jwks_uri": f"{host}/{parts[0]}/discovery/v2.0/keys",
            }
        if parts[-1] == "instance":
            return {"tenant_discovery_endpoint": f"{host}/common/v2.0/.well-known/openid-configuration", "metadata": []}
        return {}

    def token(self, directory, form):
        """The client credentials flow."""
        applications = self.directories.get(directory)
        if applications is None:
            raise SignInFailure(400, "invalid_request", 90002, f"Tenant '{directory}' not found.")
        if form.get("grant_type") != "client_credentials":
            raise SignInFailure(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        client, scope = form.get("client_id"), form.get("scope", "")
        application = applications.get(client)
        if application is None:
            message = f"Application with identifier '{client}' was not found in the directory '{directory}'."
            raise SignInFailure(400, "unauthorized_client", 700016, message)
        if not application.enabled:
            message = f"Application '{client}' is disabled."
            raise SignInFailure(400, "unauthorized_client", 7000112, message)
        if not scope.endswith("/.default"):
            message = f"The provided value for scope {scope} is not valid."
            raise SignInFailure(400, "invalid_scope", 1002012, message)
        self._authenticate(client, application, form)
        return {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": self.issue(directory, client, scope.removesuffix("/.default")),
        }

    def _authenticate(self, client, application, form):
        if "client_assertion" in form:
            return self._check_assertion(application, form)
        if application.secret is None or form.get("client_secret") != application.secret:
            message = (
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
                f"not the client secret ID, for a secret added to app '{client}'."
            )
            raise SignInFailure(401, "invalid_client", 7000215, message)
        if application.expired:
            message = f"The provided client secret keys for app '{client}' are expired."
            raise SignInFailure(401, "invalid_client", 7000222, message)

    def _check_assertion(self, application, form):
        assertion = form["client_assertion"]
        if form.get("client_assertion_type") != ASSERTION:
            raise SignInFailure(400, "invalid_request", 900144, "The request body must contain: 'client_assertion_type'.")
        try:
            claims = jwt.decode(assertion, options={"verify_signature": False})
            key = self.key.public_key() if claims["appid"] else None
        except jwt.InvalidTokenError:
            raise SignInFailure(401, "invalid_client", 50027, "JWT token is invalid or malformed.") from None
        except KeyError:
            key = self.issuers.get(claims.get("iss"))
        identity = (claims.get("iss"), claims.get("sub"))
        if key is None or identity not in application.trusted:
            message = (
                "No matching federated identity record found for presented assertion subject "
                f"'{claims.get('sub')}'. Check your federated identity credential Subject, Audience and Issuer against the "
                "presented assertion."
            )
            raise SignInFailure(401, "invalid_client", 700213, message)
        try:
            jwt.decode(assertion, key, ["RS256"], audience=EXCHANGE)
        except jwt.ExpiredSignatureError:
            message = "Client assertion is not within its valid time range."
            raise SignInFailure(401, "invalid_client", 700024, message) from None
        except jwt.InvalidAudienceError:
            message = "No matching federated identity record found for presented assertion audience."
            raise SignInFailure(401, "invalid_client", 700212, message) from None
        except jwt.InvalidTokenError:
            message = "Client assertion failed signature validation."
            raise SignInFailure(401, "invalid_client", 700027, message) from None

    def metadata(self, query, headers):
        """`GET /metadata/identity/oauth2/token` of the instance metadata service."""
        if headers.get("Metadata") != "true":
            raise MetadataFailure("Required metadata header not specified")
        parameters = {name: values[0] for name, values in parse_qs(query).items()}
        if "api-version" not in parameters or "resource" not in parameters:
            raise MetadataFailure("Required query variable is missing")
        if self.machine is None or parameters.get("client_id", self.machine[1]) != self.machine[1]:
            raise MetadataFailure("Identity not found")
        directory, client = self.machine
        resource = parameters["resource"]
        issuer = f"https://login.microsoftonline.com/{directory}/v2.0" if resource == EXCHANGE else None
        now = int(time.time())
        return {
            "access_token": self.issue(directory, client, resource, issuer),
            "client_id": client,
            "expires_in": str(LIFETIME),
            "expires_on": str(now + LIFETIME),
            "ext_expires_in": str(LIFETIME),
            "not_before": str(now - SKEW),
            "resource": resource,
            "token_type": "Bearer",
        }

    def add_issuer(self, issuer, public_key):
        self.issuers[issuer] = serialization.load_pem_public_key(public_key.encode())
