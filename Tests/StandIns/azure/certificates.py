"""A certification authority for one run of the stand-in, and a certificate in the names of Microsoft's hosts."""

import datetime
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# Of the other clouds none, so that a client has a wrong name to refuse.
HOSTS = ["login.microsoftonline.com", "*.vault.azure.net"]
PEM, DAY = serialization.Encoding.PEM, datetime.timedelta(days=1)


def certificate(name, key, issuer, issuer_key, extensions):
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - DAY)
        .not_valid_after(now + 30 * DAY)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def named(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def context(folder):
    """A server's side of TLS; leaves the authority's certificate behind as `authority.pem`."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    identifier = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    authority = certificate(
        named("Azure stand-in"),
        authority_key,
        named("Azure stand-in"),
        authority_key,
        [(x509.BasicConstraints(ca=True, path_length=0), True), (usage, True), (identifier, False)],
    )
    leaf = certificate(
        named(HOSTS[0]),
        key,
        authority.subject,
        authority_key,
        [
            (x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), False),
            (x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), False),
        ],
    )
    chain = folder / "server.pem"
    chain.touch(mode=0o600)
    chain.write_bytes(
        key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.public_bytes(PEM)
    )
    (folder / "authority.pem").write_bytes(authority.public_bytes(PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain)
    return server
