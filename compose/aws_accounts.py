"""The two AWS accounts of a local setup: the platform's, and a customer's that trusts it. Prints JSON."""

import json
import pathlib
import sys
import uuid

import botocore.exceptions
import botocore.session

PLATFORM, CUSTOMER = "123456789012", "111122223333"
REGION = "us-east-1"
USER = "saas"


def client(endpoint, service, key_id, secret="test"):
    """A client; an account number as key id is that account's root for the stand-in."""
    return botocore.session.get_session().create_client(
        service, region_name=REGION, endpoint_url=endpoint, aws_access_key_id=key_id, aws_secret_access_key=secret
    )


def policy(action, **rest):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, **rest}]})


def platform(endpoint, file):
    """The services' key pair: the one in the file if it still works, else a new one of the same user."""
    path = pathlib.Path(file)
    if path.exists():
        pair = json.loads(path.read_text())
        try:
            client(endpoint, "sts", pair["access_key_id"], pair["secret_access_key"]).get_caller_identity()
            return pair
        except botocore.exceptions.ClientError:
            pass  # The stand-in was killed before it saved its state.
    iam = client(endpoint, "iam", PLATFORM)
    try:
        iam.create_user(UserName=USER)
    except iam.exceptions.EntityAlreadyExistsException:
        pass
    iam.put_user_policy(UserName=USER, PolicyName="assume", PolicyDocument=policy("sts:AssumeRole", Resource="*"))
    key = iam.create_access_key(UserName=USER)["AccessKey"]
    return {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}


def customer(endpoint):
    """A new key and a new role, as the setup guide tells a customer to make them."""
    iam = client(endpoint, "iam", CUSTOMER)
    external_id = str(uuid.uuid4())
    name = f"TenantKMSAccess-{external_id[:8]}"
    key = client(endpoint, "kms", CUSTOMER).create_key(Description="Tenant master key wrapping")["KeyMetadata"]
    role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=policy(
            "sts:AssumeRole",
            Principal={"AWS": f"arn:aws:iam::{PLATFORM}:user/{USER}"},
            Condition={"StringEquals": {"sts:ExternalId": external_id}},
        ),
    )["Role"]
    iam.put_role_policy(
        RoleName=name,
        PolicyName="tenant-kms",
        PolicyDocument=policy(["kms:Encrypt", "kms:Decrypt"], Resource=key["Arn"]),
    )
    return {"region": REGION, "role_arn": role["Arn"], "key_arn": key["Arn"], "external_id": external_id}


def exists(endpoint, file):
    """Whether the stand-in still knows the customer in the file."""
    path = pathlib.Path(file)
    if not path.exists():
        return False
    known = json.loads(path.read_text())
    try:
        client(endpoint, "kms", CUSTOMER).describe_key(KeyId=known["key_arn"])
        client(endpoint, "iam", CUSTOMER).get_role(RoleName=known["role_arn"].rpartition("/")[2])
    except botocore.exceptions.ClientError:
        return False
    return True


if __name__ == "__main__":
    endpoint, command, *arguments = sys.argv[1:]
    result = {"platform": platform, "customer": customer, "exists": exists}[command](endpoint, *arguments)
    if isinstance(result, bool):
        sys.exit(0 if result else 1)
    print(json.dumps(result))
