"""A customer brings a key, with what the page shows and nothing else."""

import json

import pytest

from aws_accounts import REGION


def bring(page, deployment, customer):
    """Creates role and key in the customer's account from the policies that the page shows."""
    iam, kms = deployment.client("iam"), deployment.client("kms")
    key = kms.create_key(Description="brought")["KeyMetadata"]["Arn"]
    page.type("[name=kms_key_ref]", key)
    assert page.find("[name='config.region']").get_attribute("value") == REGION
    name = f"Brought-{key[-12:]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=page.find("#trust-policy").text)
    policy = json.loads(page.find("#permission-policy").text)
    assert policy["Statement"][0]["Resource"] == key
    # The stand-in denies whatever is allowed under a condition on the encryption context.
    del policy["Statement"][0]["Condition"]
    iam.put_role_policy(RoleName=name, PolicyName="tenant-kms", PolicyDocument=json.dumps(policy))
    page.type("[name='config.role_arn']", f"arn:aws:iam::111122223333:role/{name}")


def test_the_policies_on_the_page_let_the_key_in_and_every_value_follows(page, tenant, deployment):
    tenant.store(30)
    page.sign_in(tenant.user("admin", totp=False))
    page.sees("by this service's own key")
    page.press("Add provider")
    page.sees("Our principal")
    bring(page, deployment, None)
    page.press("Verify and save")
    page.sees("Who holds the key")
    page.sees("by your key in AWS KMS")
    page.is_live()
    page.until(lambda: "Completed to key version 1" in page.text and "30 of 30 values" in page.text, "not rewrapped")
    page.sees("byok.kms.onboard")
    page.sees("The audit chain verifies")


@pytest.mark.complains("400")
@pytest.mark.parametrize(
    "fault, stage, says",
    [
        ("external_id", "assume_role", "sts:ExternalId"),
        ("open_trust", "confused_deputy", "without the external ID"),
        ("no_permission", "encrypt", "kms:Encrypt and kms:Decrypt"),
        ("disabled", "encrypt", "The key is disabled"),
        ("encrypt_only", "decrypt", "kms:Encrypt and kms:Decrypt"),
    ],
)
def test_a_failure_names_its_stage_and_loses_nothing(page, tenant, deployment, fault, stage, says):
    customer = deployment.customer()
    iam, role = deployment.client("iam"), customer["role_arn"].rpartition("/")[2]
    if fault == "open_trust":
        trust = json.loads(json.dumps(iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]))
        del trust["Statement"][0]["Condition"]
        iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(trust))
    if fault == "no_permission":
        iam.delete_role_policy(RoleName=role, PolicyName="tenant-kms")
    if fault == "encrypt_only":
        statement = {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": customer["key_arn"]}
        iam.put_role_policy(RoleName=role, PolicyName="tenant-kms", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    if fault == "disabled":
        deployment.client("kms").disable_key(KeyId=customer["key_arn"])
    external_id = customer["external_id"] + ("x" if fault == "external_id" else "")
    page.sign_in(tenant.user(totp=False), "/settings/security/tenant-kms/add")
    page.type("[name=kms_key_ref]", customer["key_arn"])
    page.type("[name='config.role_arn']", customer["role_arn"])
    page.type("[name='config.external_id']", external_id)
    page.press("Verify and save")
    failed = f"[data-stage={stage}][data-state=failed]"
    page.until(lambda: page.all(failed), f"{stage} did not fail", seconds=40)
    assert says in page.find("form [role=alert]").text
    assert all(it.get_attribute("data-state") == "passed" for it in page.all("#stages li")[:-1])
    assert page.find("[name='config.external_id']").get_attribute("value") == external_id
    assert page.find("[name=kms_key_ref]").get_attribute("value") == customer["key_arn"]


@pytest.mark.complains("400")
def test_fields_are_judged_as_they_are_typed_and_again_by_the_service(page, tenant):
    page.sign_in(tenant.user(totp=False), "/settings/security/tenant-kms/add")
    page.type("[name=kms_key_ref]", "arn:aws:kms:us-east-1:1:key/x")
    page.sees("An ARN of a KMS key or alias")
    page.type("[name=kms_key_ref]", "arn:aws:kms:eu-west-1:111122223333:key/0190a1b2-0000-7000-8000-000000000001")
    page.type("[name='config.region']", "us-east-1")
    page.sees("The key is in eu-west-1")
    page.type("[name='config.role_arn']", "arn:aws-cn:iam::111122223333:role/Other")
    page.press("Verify and save")
    page.sees("must be the region in kms_key_ref")
    page.sees("must be in the same partition as kms_key_ref")
