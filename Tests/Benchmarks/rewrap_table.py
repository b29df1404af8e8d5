"""The table that the benchmark rewraps: tenants with two key versions each, and rows under the first."""

import os
import struct
import uuid
from base64 import b64decode
from datetime import UTC, datetime

import psycopg

from envelope import DATA_KEY, MASTER_KEY, SECRET_VALUES, TENANT_KEYS, Cipher

# What the tenants' rows are copied from before each run, so that all begin alike.
SEED = """
DROP TABLE IF EXISTS benchmark_rows;
CREATE UNLOGGED TABLE benchmark_rows (LIKE secret_values) WITH (autovacuum_enabled = off);
ALTER TABLE benchmark_rows ALTER COLUMN payload SET STORAGE EXTERNAL;
"""


class Tenant:
    """A tenant with two key versions, and rows under the first among those that the table is reset to."""

    def __init__(self, connection, master_key, rows, payload):
        self.connection = connection
        self.rows = rows
        self.id = uuid.uuid4()
        self.keys = [os.urandom(32), os.urandom(32)]
        self.make_keys(master_key)
        self.make_rows(payload)

    def make_keys(self, master_key):
        slug = f"benchmark-{self.id.hex[:8]}"
        self.connection.execute("INSERT INTO tenants (id, slug, name) VALUES (%s, %s, %s)", (self.id, slug, slug))
        for version, key in enumerate(self.keys):
            row = uuid.uuid4()
            cipher = Cipher(master_key, MASTER_KEY, version, self.id, TENANT_KEYS)
            self.connection.execute(
                "INSERT INTO tenant_keys (id, tenant_id, version, wrap_method, status, wrapped_key)"
                " VALUES (%s, %s, %s, 'global', %s, %s)",
                (row, self.id, version, ["retired", "active"][version], cipher.seal(key, row.bytes, bytes(4))),
            )

    def make_rows(self, payload):
        cipher = Cipher(self.keys[0], DATA_KEY, 0, self.id, SECRET_VALUES)
        version = struct.pack(">I", 1)
        written = datetime.now(UTC)
        noise = os.urandom(payload + 4096)
        columns = "tenant_id, id, secret_id, environment_name, value_version, key_version, wrapped_key, payload, updated_at"
        with self.connection.cursor().copy(f"COPY benchmark_rows ({columns}) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types("uuid uuid uuid text int4 int4 bytea bytea timestamptz".split())
            for index in range(self.rows):
                row = ordered_id(index)
                key = cipher.seal(os.urandom(32), row.bytes, version)
                body = noise[index % 4096 :][:payload]
                copy.write_row((self.id, row, ordered_id(index), "production", 1, 0, key, body, written))

    def check(self):
        """Every row must be under the second version; a sample of them must open there."""
        left = self.connection.execute(
            "SELECT count(*) FROM secret_values WHERE tenant_id = %s AND key_version <> 1", (self.id,)
        ).fetchone()[0]
        if left:
            raise SystemExit(f"rewrap: {left} of {self.rows} rows were not rewrapped")
        cipher = Cipher(self.keys[1], DATA_KEY, 1, self.id, SECRET_VALUES)
        sample = "SELECT id, wrapped_key FROM secret_values WHERE tenant_id = %s ORDER BY random() LIMIT 100"
        for row, envelope in self.connection.execute(sample, (self.id,)):
            cipher.open(envelope, row.bytes, struct.pack(">I", 1))


class Table:
    """A database with the product's schema, seen by its superuser, and tenants in it."""

    def __init__(self, database, master_key, payload):
        self.connection = psycopg.connect(database, autocommit=True)
        self.connection.execute(SEED)
        self.master_key = b64decode(master_key)
        self.payload = payload

    def make_tenant(self, rows):
        tenant = Tenant(self.connection, self.master_key, rows, self.payload)
        self.connection.execute("ANALYZE benchmark_rows")
        return tenant

    def reset(self, fillfactor):
        """Puts the rows back under the first version, on fresh pages with nothing left to clean up."""
        self.connection.execute(f"ALTER TABLE secret_values SET (fillfactor = {fillfactor})")
        self.connection.execute("TRUNCATE secret_values, rewrap_failures, rewrap_ranges, rewrap_jobs")
        # These rows aren't checked against the secrets that they would belong to.
        self.connection.execute("SET session_replication_role = replica")
        self.connection.execute("INSERT INTO secret_values SELECT * FROM benchmark_rows ORDER BY tenant_id, id")
        self.connection.execute("RESET session_replication_role")
        self.connection.execute("VACUUM ANALYZE secret_values")
        self.connection.execute("CHECKPOINT")

    def split(self, parts):
        """The bounds of ranges with about as many rows each, in order: parts + 1 ids."""
        ids = [row for (row,) in self.connection.execute("SELECT id FROM benchmark_rows ORDER BY id")]
        inner = [ids[len(ids) * part // parts] for part in range(1, parts)]
        return [uuid.UUID(int=0), *inner, uuid.UUID(int=2**128 - 1)]


def ordered_id(index):
    """A UUIDv7 of its own millisecond: rows in the order in which a product's ids would put them."""
    random = int.from_bytes(os.urandom(10), "big")
    value = (1_700_000_000_000 + index) << 80 | random
    return uuid.UUID(int=value & ~(0xF << 76 | 0x3 << 62) | 7 << 76 | 2 << 62)
