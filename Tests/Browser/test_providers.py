"""Keys in the other clouds: what the page says to run there, and the form beside it."""

import os
import pathlib
import re
import uuid

import pytest


def command(page, selector):
    """What a step says to run, in one line."""
    return page.find(selector).text.replace("\\\n", " ")


def option(name, text):
    return re.search(rf"--{name}[ =](\S+)", text)[1]


@pytest.mark.complains("400")
def test_the_commands_on_the_page_let_a_google_cloud_key_in(page, tenant, deployment):
    key, gcp = deployment.gcp_key(), deployment.gcp
    tenant.store(5)
    page.sign_in(tenant.user("admin", totp=False), "/settings/security/tenant-kms/add")
    page.find("[name=provider][value=gcp]").click()
    page.type("[name=kms_key_ref]", key)
    project = key.split("/")[1]
    account = f"tenant-kms@{project}.iam.gserviceaccount.com"
    assert page.find("[name='config.impersonate_service_account']").get_attribute("value") == account

    grant = command(page, "#gcp-key-grant")
    assert option("role", grant) == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    granted = re.search(r"keys add-iam-policy-binding (\S+)", grant)[1]
    assert f"projects/{option('project', grant)}/locations/{option('location', grant)}/keyRings/{option('keyring', grant)}/cryptoKeys/{granted}" == key
    for permission in ("useToEncrypt", "useToDecrypt"):
        gcp("grant", who=option("member", grant).removeprefix("serviceAccount:"), permission=f"cloudkms.cryptoKeyVersions.{permission}", on=key)

    gcp("state", name=key, version=1, state="DISABLED")
    page.press("Verify and save")
    # Our way in is still missing, which is tried again for a while.
    page.until(lambda: page.all("[data-stage=assume_role][data-state=waiting]"), "not waiting")
    way = command(page, "#gcp-account-grant")
    assert option("role", way) == "roles/iam.serviceAccountTokenCreator"
    impersonated = re.search(r"service-accounts add-iam-policy-binding (\S+)", way)[1]
    gcp(
        "grant", who=option("member", way).removeprefix("serviceAccount:"), permission="iam.serviceAccounts.getAccessToken",
        on=f"projects/-/serviceAccounts/{impersonated}")
    page.until(lambda: page.all("[data-stage=encrypt][data-state=failed]"), "the disabled key did not fail", seconds=40)
    assert "key_disabled at encrypt" in page.find("form [role=alert]").text
    assert page.find("[name=kms_key_ref]").get_attribute("value") == key

    gcp("state", name=key, version=1, state="ENABLED")
    page.press("Verify and save")
    page.sees("by your key in Google Cloud KMS")
    page.sees(account)
    page.until(lambda: "5 of 5 values" in page.text, "not rewrapped")


def test_a_google_cloud_key_is_judged_as_it_is_typed(page, tenant):
    page.sign_in(tenant.user(totp=False), "/settings/security/tenant-kms/add")
    page.find("[name=provider][value=gcp]").click()
    page.type("[name=kms_key_ref]", "projects/acme-prod/locations/global/keyRings/saas/cryptoKeys/k/cryptoKeyVersions/1")
    page.sees("A key, without a version")
    page.type("[name='config.impersonate_service_account']", "ada@example.com")
    page.sees("A service account: NAME@PROJECT")
    page.find("[name='config.impersonate_service_account']").clear()
    page.press("Verify and save")
    page.sees("Is needed")


@pytest.mark.complains("400")
def test_an_azure_key_is_judged_as_it_is_typed_and_its_commands_follow(page, tenant):
    page.sign_in(tenant.user(totp=False), "/settings/security/tenant-kms/add")
    page.find("[name=provider][value=azure]").click()
    page.type("[name=kms_key_ref]", "https://acme-keys.vault.azure.net.evil.example/keys/k")
    page.sees("A key, without a version")
    key = "https://acme-keys.vault.azure.net/keys/tenant-kms"
    page.find("[name='config.vault_url']").clear()
    page.type("[name=kms_key_ref]", key)
    assert page.find("[name='config.vault_url']").get_attribute("value") == "https://acme-keys.vault.azure.net"
    page.type("[name='config.vault_url']", "https://other.vault.azure.net")
    page.sees("The key is in https://acme-keys.vault.azure.net")
    page.type("[name='config.vault_url']", "https://acme-keys.vault.azure.net/")
    application = "0190a1b2-0000-7000-8000-000000000001"
    page.type("[name='config.client_id']", application)
    assert "--vault-name acme-keys --name tenant-kms" in command(page, "#azure-grant")
    assert f"--assignee {application}" in command(page, "#azure-grant")
    assert f"az ad sp create --id {application}" in command(page, "#azure-application")
    page.type("[name='config.client_secret_env_var']", "hunter2~hunter2")
    page.sees("The name of a variable, never a secret")
    page.press("Verify and save")
    page.until(lambda: page.find("form [role=alert]").text, "no refusal")
    assert page.find("[name=kms_key_ref]").get_attribute("value") == key


@pytest.mark.complains("400")
def test_the_commands_on_the_page_let_an_azure_key_in(page, tenant, deployment):
    (vault, directory), azure = deployment.azure_key(), deployment.azure
    application = str(uuid.uuid4())
    tenant.store(5)
    page.sign_in(tenant.user("admin", totp=False), "/settings/security/tenant-kms/add")
    page.find("[name=provider][value=azure]").click()
    page.type("[name=kms_key_ref]", f"https://{vault}/keys/tenant-kms")
    page.type("[name='config.client_id']", application)
    page.type("[name='config.client_secret_env_var']", "AZURE_CLIENT_SECRET_BROWSER")
    page.type("[name='config.azure_tenant_id']", directory)

    azure("enable", vault=vault, name="tenant-kms", on=False)
    page.press("Verify and save")
    # The application is not there yet, which is tried again for a while.
    page.until(lambda: page.all("[data-stage=assume_role][data-state=waiting]"), "not waiting")
    made = option("id", command(page, "#azure-application"))
    secret = pathlib.Path(os.environ["AZURE_CLIENT_SECRET_BROWSER_FILE"]).read_text()
    azure("application", directory=directory, client_id=made, secret=secret)

    page.until(lambda: page.all("[data-stage=encrypt][data-state=waiting]"), "a role was not waited for", seconds=40)
    grant = command(page, "#azure-grant")
    assert '--role "Key Vault Crypto User"' in grant
    for action in ("read", "wrap/action", "unwrap/action"):
        azure("grant", vault=f"{option('vault-name', grant)}.vault.azure.net", name=option("name", grant), who=option("assignee", grant), action=action)
    # A disabled key still wraps.
    page.until(lambda: page.all("[data-stage=decrypt][data-state=failed]"), "the disabled key did not fail", seconds=40)
    assert "key_disabled at decrypt" in page.find("form [role=alert]").text
    assert page.find("[name='config.client_id']").get_attribute("value") == application

    azure("enable", vault=vault, name="tenant-kms", on=True)
    page.press("Verify and save")
    page.sees("by your key in Azure Key Vault")
    page.sees(directory)
    page.until(lambda: "5 of 5 values" in page.text, "not rewrapped")


@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_what_a_cloud_is_about_is_there_without_scripts(page, tenant, driver, provider):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.sign_in(tenant.user("viewer", totp=False), "/settings/security/tenant-kms/add")
        page.find(f"[name=provider][value={provider}]").click()
        shown = page.find(f"section[data-provider={provider}]")
        assert "KEY" in shown.text and "SERVICE_ACCOUNT" in shown.text or "VAULT" in shown.text
        assert not any(it.is_displayed() for it in page.all("section[data-provider=aws]"))
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
