"""Errors as Google's services write them (AIP-193), and as its token endpoint does (RFC 6749, section 5.2)."""


class Failure(Exception):
    def __init__(self, code, status, message, reason=None, metadata=None):
        super().__init__(message)
        self.code, self.status, self.message = code, status, message
        self.reason, self.metadata = reason, metadata

    @property
    def body(self):
        error = {"code": self.code, "message": self.message, "status": self.status}
        if self.reason:
            domain = "googleapis.com" if self.code == 401 else "iam.googleapis.com"
            info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": self.reason, "domain": domain}
            error["details"] = [{**info, **({"metadata": self.metadata} if self.metadata else {})}]
        return {"error": error}

    @property
    def headers(self):
        return {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'} if self.code == 401 else {}


class GrantFailure(Exception):
    code, headers = 400, {}

    def __init__(self, error, description):
        super().__init__(description)
        self.body = {"error": error, "error_description": description}


def invalid(message):
    return Failure(400, "INVALID_ARGUMENT", message)
