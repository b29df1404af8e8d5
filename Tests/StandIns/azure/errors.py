"""Errors as Key Vault writes them, and as Entra ID and the metadata service do (RFC 6749, section 5.2)."""

import time
import uuid


class Failure(Exception):
    """An error of Key Vault's."""

    def __init__(self, status, code, message, inner=None, headers=None):
        super().__init__(message)
        self.status, self.headers = status, headers or {}
        self.body = {"error": {"code": code, "message": message}}
        if inner:
            self.body["error"]["innererror"] = {"code": inner}


class SignInFailure(Exception):
    """An error of Entra ID's, by its number."""

    headers = {}

    def __init__(self, status, error, number, message):
        super().__init__(message)
        self.status = status
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        now = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        self.body = {
            "error": error,
            "error_description": f"AADSTS{number}: {message} Trace ID: {trace} Correlation ID: {correlation} "
            f"Timestamp: {now}",
            "error_codes": [number],
            "timestamp": now,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={number}",
        }


class MetadataFailure(Exception):
    """An error of the instance metadata service's."""

    status, headers = 400, {}

    def __init__(self, description):
        super().__init__(description)
        self.body = {"error": "invalid_request", "error_description": description}
