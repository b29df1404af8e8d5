"""How punctually verifiers look at every tenant's grant, by a cloud that takes 50 ms for an answer.

The turns are spread over one interval at first, as onboardings spread them, and the looks of the first interval don't
count. Prints `name value unit` lines; a tenant is late whose next look comes a tenth of the interval late.
"""

import argparse
import asyncio
import os
import subprocess
import time

import psycopg

from checks_cloud import Cloud
from process import cpu_seconds, peak

DELAY = 0.05
# AWS's own example: nobody checks a signature here.
IDENTITY = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
TENANTS = """
WITH tenant AS (
  INSERT INTO tenants (id, slug, name) SELECT gen_random_uuid(), 'benchmark-' || n, 'Benchmark'
  FROM generate_series(1, %(tenants)s) n RETURNING id, slug
), key AS (
  INSERT INTO tenant_keys
    (id, tenant_id, version, wrap_method, status, wrapped_key, provider, kms_key_ref, config, wrapping_key)
  SELECT gen_random_uuid(), id, 0, 'customer_kms', 'active', '\\x00', 'customer_kms_aws', %(key)s,
    jsonb_build_object('region', 'us-east-1', 'role_arn', %(role)s::text, 'external_id', slug), %(key)s FROM tenant
  RETURNING tenant_id, provider, kms_key_ref, config
)
INSERT INTO tenant_kms_configs (tenant_id, provider, kms_key_ref, config, last_verified_at, next_check_at)
SELECT tenant_id, provider, kms_key_ref, config, now(), now() + random() * make_interval(secs => %(interval)s) FROM key
"""
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::111122223333:role/TenantKMS"


def seed(database, tenants, interval):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TENANTS, {"tenants": tenants, "interval": interval, "key": KEY, "role": ROLE})
        connection.execute("ANALYZE")


async def measure(arguments):
    """Each tenant's looks, from when to when they count, and the verifiers' processor time and memory."""
    async with Cloud(DELAY) as cloud:
        pace = {"CHECK_INTERVAL_SECONDS": str(arguments.interval)}
        environment = os.environ | IDENTITY | pace | {"AWS_ENDPOINT_URL": cloud.url, "LOG_LEVEL": "warning"}
        verifiers = [subprocess.Popen([arguments.verifier], env=environment) for _ in range(arguments.verifiers)]
        try:
            await asyncio.sleep(arguments.interval)
            began = time.monotonic()
            await asyncio.sleep(arguments.interval * arguments.intervals)
            for verifier in verifiers:
                if verifier.poll() is not None:
                    raise SystemExit(f"checks: a verifier ended with {verifier.returncode}")
            cpu = sum(cpu_seconds(verifier.pid) for verifier in verifiers)
            memory = max(peak(verifier.pid) for verifier in verifiers)
            looks = {tenant: list(times) for tenant, times in cloud.looks.items()}
            return looks, began, time.monotonic(), cpu, memory
        finally:
            for verifier in verifiers:
                verifier.terminate()
            # Meanwhile the cloud goes on to answer: they end the looks that are under way.
            for verifier in verifiers:
                await asyncio.to_thread(verifier.wait, 30)


def report(arguments, looks, began, ended, cpu, memory):
    pairs = [pair for times in looks.values() for pair in zip(times, times[1:])]
    gaps = sorted(after - before for before, after in pairs if after > began)
    # A look that is still to come may be late as well.
    waits = [ended - times[-1] for times in looks.values()]
    late = sum(gap > arguments.interval * 1.1 for gap in gaps + waits)
    count = sum(len(times) for times in looks.values())

    def show(name, value, unit):
        print(f"checks.{name} {value:.0f} {unit}" if value >= 100 else f"checks.{name} {value:.2f} {unit}")

    show("tenants", len(looks), "tenants")
    show("verifiers", arguments.verifiers, "processes")
    show("interval", arguments.interval, "s")
    show("never_looked_at", arguments.tenants - len(looks), "tenants")
    show("looks", sum(began < time for times in looks.values() for time in times) / (ended - began), "per_second")
    show("gap_p50", gaps[len(gaps) // 2], "s")
    show("gap_p99", gaps[len(gaps) * 99 // 100], "s")
    show("gap_max", gaps[-1], "s")
    show("late", late, "looks")
    show("cpu", cpu / count * 1e6, "us_per_look")
    show("rss", memory, "mib")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--verifiers", type=int, default=2)
    parser.add_argument("--interval", type=int, default=60, help="seconds")
    parser.add_argument("--intervals", type=int, default=3, help="that are measured, after one that isn't")
    parser.add_argument("--database", required=True, help="URL, of a superuser")
    parser.add_argument("--verifier", required=True, help="the program")
    arguments = parser.parse_args()
    seed(arguments.database, arguments.tenants, arguments.interval)
    report(arguments, *asyncio.run(measure(arguments)))


if __name__ == "__main__":
    main()
