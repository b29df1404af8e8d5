"""What a user would write instead of the product: a tuned rewrap worker in Python.

psycopg 3 in binary, `cryptography`'s AES-GCM with the key set once, batches of 1,000 rows, each read by key, written
by one `UPDATE … FROM unnest` with both versions compared, and committed. Reads what to do as one line of JSON, says
`ready`, begins at the line `go`, and prints the rows it wrote and the processor time that took, in seconds.
"""

import json
import struct
import sys
import time
from uuid import UUID

import psycopg

from envelope import DATA_KEY, SECRET_VALUES, Cipher

BATCH = 1000
READ = """
SELECT id, value_version, key_version, wrapped_key FROM secret_values
WHERE tenant_id = %b AND id > %b AND id <= %b AND key_version < %b ORDER BY id LIMIT 1000
"""
WRITE = """
UPDATE secret_values t SET wrapped_key = new.wrapped_key, key_version = %b
FROM unnest(%b::uuid[], %b::int[], %b::int[], %b::bytea[]) AS new (id, value_version, key_version, wrapped_key)
WHERE t.tenant_id = %b AND t.id = new.id AND t.value_version = new.value_version AND t.key_version = new.key_version
"""


def rewrap(connection, tenant, old, new, after, upper):
    written = 0
    while True:
        rows = connection.execute(READ, (tenant, after, upper, 1), prepare=True, binary=True).fetchall()
        if rows:
            keys = []
            for row, value_version, _, envelope in rows:
                version = struct.pack(">I", value_version)
                keys.append(new.seal(old.open(envelope, row.bytes, version), row.bytes, version))
            ids, value_versions, key_versions, _ = map(list, zip(*rows))
            parameters = (1, ids, value_versions, key_versions, keys, tenant)
            written += connection.execute(WRITE, parameters, prepare=True).rowcount
            after = ids[-1]
        connection.commit()
        if len(rows) < BATCH:
            return written


def main():
    task = json.loads(sys.stdin.readline())
    tenant = UUID(task["tenant"])
    old, new = (
        Cipher(bytes.fromhex(key), DATA_KEY, version, tenant, SECRET_VALUES)
        for version, key in enumerate(task["keys"])
    )
    with psycopg.connect(task["database"]) as connection:
        connection.execute("SELECT 1")
        connection.commit()
        print("ready", flush=True)
        sys.stdin.readline()
        began = time.process_time()
        rows = rewrap(connection, tenant, old, new, UUID(task["after"]), UUID(task["upper"]))
        print(rows, time.process_time() - began, flush=True)


main()
