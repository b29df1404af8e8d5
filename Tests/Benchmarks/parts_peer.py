"""What a user would take instead of the product's parts, each at the same work, and the time that took.

Prints one line as `parts` does: the seconds, and the processor's. Connecting counts.
"""

import os
import sys
import time

BODY = (
    '{"KeyId":"arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab","CiphertextBlob":"'
    + "A" * 224 + '"}'
).encode()
HEADERS = [
    ("Host", "kms.us-east-1.amazonaws.com"), ("Content-Type", "application/x-amz-json-1.1"),
    ("X-Amz-Target", "TrentService.Decrypt"),
]
# Those of AWS's own examples, and a token of 600 bytes.
CREDENTIALS = ("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdz" * 50)
READ = "SELECT id, value_version, key_version, wrapped_key FROM parts WHERE id > %b ORDER BY id LIMIT 1000"
WRITE = """
UPDATE parts t SET wrapped_key = new.wrapped_key, key_version = %b
FROM unnest(%b::uuid[], %b::int[], %b::int[], %b::bytea[]) AS new (id, value_version, key_version, wrapped_key)
WHERE t.id = new.id AND t.value_version = new.value_version AND t.key_version = new.key_version
"""


class Stopwatch:
    def __init__(self):
        self.started, self.used = time.monotonic(), time.process_time()

    def report(self):
        print(time.monotonic() - self.started, time.process_time() - self.used)


def botocore(count):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    signer = SigV4Auth(Credentials(*CREDENTIALS), "kms", "us-east-1")
    stopwatch = Stopwatch()
    for _ in range(int(count)):
        request = AWSRequest("POST", "https://kms.us-east-1.amazonaws.com/", dict(HEADERS), BODY)
        signer.add_auth(request)
    stopwatch.report()


def awscrt(count):
    from io import BytesIO

    from awscrt import auth, http

    configuration = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4, signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(*CREDENTIALS), region="us-east-1", service="kms")
    stopwatch = Stopwatch()
    for _ in range(int(count)):
        request = http.HttpRequest("POST", "/", http.HttpHeaders(HEADERS), BytesIO(BODY))
        auth.aws_sign_request(request, configuration).result()
    stopwatch.report()


def connect(opened):
    import pika

    # Not counted: that Python reads the library.
    return Stopwatch(), pika.SelectConnection(
        pika.URLParameters(os.environ["AMQP_URL"]),
        on_open_callback=lambda connection: connection.channel(on_open_callback=opened),
        on_close_callback=lambda connection, _: connection.ioloop.stop())


def publish(window, count):
    import pika

    window, count = int(window), int(count)
    sent = done = 0
    waiting = set()

    def fill():
        nonlocal sent
        while sent < count and len(waiting) < window:
            sent += 1
            waiting.add(sent)
            channel.basic_publish("", "parts", b"a" * 512, pika.BasicProperties(delivery_mode=2), mandatory=True)

    def confirmed(frame):
        nonlocal done
        tag = frame.method.delivery_tag
        tags = {known for known in waiting if known <= tag} if frame.method.multiple else {tag}
        waiting.difference_update(tags)
        done += len(tags)
        if done == count:
            stopwatch.report()
            connection.close()
        else:
            fill()

    def opened(new):
        nonlocal channel
        channel = new
        channel.confirm_delivery(confirmed, callback=lambda _: fill())

    channel = None
    stopwatch, connection = connect(opened)
    connection.ioloop.start()


def consume(window, count):
    left = int(count)

    def received(channel, method, _, __):
        nonlocal left
        channel.basic_ack(method.delivery_tag)
        left -= 1
        if left == 0:
            stopwatch.report()
            connection.close()

    def opened(channel):
        channel.basic_qos(prefetch_count=int(window), callback=lambda _: channel.basic_consume("parts", received))

    stopwatch, connection = connect(opened)
    connection.ioloop.start()


def postgres(url):
    from uuid import UUID

    import psycopg

    with psycopg.connect(url) as connection:
        stopwatch = Stopwatch()
        after, rows = UUID(int=0), [None] * 1000
        while len(rows) == 1000:
            rows = connection.execute(READ, (after,), prepare=True, binary=True).fetchall()
            if rows:
                ids, value_versions, key_versions, keys = map(list, zip(*rows))
                connection.execute(WRITE, (1, ids, value_versions, key_versions, keys), prepare=True)
                after = ids[-1]
            connection.commit()
        stopwatch.report()


if __name__ == "__main__":
    {work.__name__: work for work in [botocore, awscrt, publish, consume, postgres]}[sys.argv[1]](*sys.argv[2:])
