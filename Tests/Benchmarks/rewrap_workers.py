"""The product's own workers, and the jobs that they are given."""

import subprocess
import tempfile
import time
import uuid

from process import cpu_seconds, peak

START = """
WITH job AS (
  INSERT INTO rewrap_jobs (id, tenant_id, target_version, status) VALUES (%(job)s, %(tenant)s, 1, 'running'))
INSERT INTO outbox (tenant_id, message_id, name, body)
VALUES (%(tenant)s, %(message)s, 'rewrap.start', convert_to(%(body)s, 'UTF8'))
"""


class Workers:
    """Worker processes, started and ready to take commands; the environment is the caller's."""

    def __init__(self, program, count):
        self.processes = []
        self.logs = []
        for _ in range(count):
            log = tempfile.TemporaryFile("w+")
            self.logs.append(log)
            self.processes.append(subprocess.Popen([program], stdout=log, stderr=log, stdin=subprocess.DEVNULL))
        for process, log in zip(self.processes, self.logs):
            # A publisher, two consumers and the listener of events connect.
            wait(lambda: read(log).count("AMQP connection up") >= 4, 30, process, log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)

    def run(self, *tenants):
        """Has the rows of tenants rewrapped, all jobs started at once.

        Returns the seconds from the start to each job's end, and the CPU's from the first's start to the last's end.
        """
        cpu, began = self.cpu(), time.monotonic()
        jobs = {tenant: self.start(tenant) for tenant in tenants}
        ended = {}
        while len(ended) < len(jobs):
            if time.monotonic() > began + 600:
                raise SystemExit("rewrap: the job did not end in 600 seconds\n" + read(self.logs[0])[-2000:])
            time.sleep(0.005)
            for tenant in jobs.keys() - ended.keys():
                question = "SELECT status FROM rewrap_jobs WHERE id = %s"
                status = tenant.connection.execute(question, (jobs[tenant],)).fetchone()[0]
                if status == "completed":
                    ended[tenant] = time.monotonic() - began
                elif status != "running":
                    raise SystemExit(f"rewrap: the job ended {status}\n" + read(self.logs[0])[-2000:])
        return [ended[tenant] for tenant in tenants], self.cpu() - cpu

    @staticmethod
    def start(tenant):
        job = uuid.uuid4()
        body = f'{{"lease_id":"{job}","schema":1}}'
        tenant.connection.execute(START, {"job": job, "tenant": tenant.id, "message": uuid.uuid4(), "body": body})
        return job

    def cpu(self):
        """The processor time of all workers so far, in seconds."""
        return sum(cpu_seconds(process.pid) for process in self.processes)

    def memory(self):
        """The most memory that any of them has had resident, in MiB."""
        return max(peak(process.pid) for process in self.processes)


def read(log):
    log.seek(0)
    return log.read()


def wait(condition, seconds, process, log):
    deadline = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("rewrap: a worker is not ready\n" + read(log)[-2000:])
        time.sleep(0.05)
