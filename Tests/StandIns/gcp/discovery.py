"""The REST surface of Google's services as their own discovery documents describe it, strictly in both directions."""

import base64
import binascii
import json
import pathlib
import re
from urllib.parse import parse_qs

import googleapiclient

from errors import Failure, invalid

DOCUMENTS = pathlib.Path(googleapiclient.__file__).parent / "discovery_cache" / "documents"
NOTHING = {"type": "object"}
DURATION = re.compile(r"\d+(\.\d{1,9})?s")


def decode(text):
    """Bytes of base64 in either alphabet, with or without padding, as proto3 JSON allows."""
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


class Surface:
    """All methods and schemas of some services."""

    def __init__(self, *names):
        self.methods, self.schemas, self.query = [], {}, {"$alt"}
        for name in names:
            document = json.loads((DOCUMENTS / f"{name}.json").read_text())
            self.schemas.update(document["schemas"])
            self.query |= set(document["parameters"])
            self._collect(document)

    def _collect(self, resource):
        for method in resource.get("methods", {}).values():
            pattern = re.sub(r"\{\+?(\w+)\}", r"(?P<\1>.+?)", method["path"])
            self.methods.append((method, re.compile(f"/{pattern}")))
        for child in resource.get("resources", {}).values():
            self._collect(child)

    def find(self, verb, path):
        """The method that a request is for, and the parameters in its path."""
        for method, pattern in self.methods:
            match = pattern.fullmatch(path) if method["httpMethod"] == verb else None
            if match and all(re.match(method["parameters"][k]["pattern"], v) for k, v in match.groupdict().items()):
                return method, match.groupdict()
        raise Failure(404, "NOT_FOUND", "Not Found")

    def request(self, method, query, raw):
        """The body of a request that has nothing in it that the method doesn't know."""
        for name in parse_qs(query):
            if name not in method.get("parameters", {}) and name not in self.query:
                raise invalid(f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.')
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            raise invalid("Invalid JSON payload received.") from None
        self._check(method.get("request", NOTHING), body, "")
        return body

    def response(self, method, body):
        """The same for an answer: a mistake of this stand-in's ends as a 500."""
        try:
            self._check(method["response"], body, "")
        except Failure as failure:
            raise Failure(500, "INTERNAL", failure.message) from failure
        return body

    def _check(self, schema, value, path):
        if value is None:
            return  # Unset, in proto3 JSON.
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        kind = schema.get("type")
        if kind == "object":
            self._check_object(schema, value, path)
        elif kind == "array":
            if not isinstance(value, list):
                raise invalid(f"Invalid value at '{path}': expected array")
            for element in value:
                self._check(schema["items"], element, path)
        elif kind == "boolean" and not isinstance(value, bool):
            raise invalid(f"Invalid value at '{path}' (TYPE_BOOL)")
        elif kind == "string":
            check_string(schema, value, path)

    def _check_object(self, schema, value, path):
        if not isinstance(value, dict):
            raise invalid(f"Invalid value at '{path}': expected object")
        for name, member in value.items():
            known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if known is None:
                raise invalid(f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
            self._check(known, member, f"{path}.{name}".lstrip("."))


def check_string(schema, value, path):
    kind, words = schema.get("format"), schema.get("enum")
    if kind == "int64" and isinstance(value, int):
        return
    if words and isinstance(value, int) and value < len(words):
        return
    if not isinstance(value, str):
        raise invalid(f"Invalid value at '{path}' (TYPE_STRING), {json.dumps(value)}")
    if kind == "byte":
        try:
            decode(value)
        except binascii.Error:
            raise invalid(f"Invalid value at '{path}' (TYPE_BYTES), Base64 decoding failed") from None
    if kind == "google-duration" and not DURATION.fullmatch(value):
        raise invalid(f"Invalid value at '{path}' (type.googleapis.com/google.protobuf.Duration)")
    if words and value not in words:
        raise invalid(f"Invalid value at '{path}': \"{value}\"")
