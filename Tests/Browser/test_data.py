"""The tenant's secrets, transit keys, agents and API keys in the hands of its people."""

import threading
import urllib.error

import pytest
from selenium.webdriver.common.keys import Keys

from deployment import PASSWORD


def rows(page):
    return [it.text for it in page.all("#list tbody th")]


def create(page, button, **typed):
    """Opens the dialog, fills it in and submits it."""
    page.press(button)
    for name, text in typed.items():
        page.type(f"#create [name={name}]", text)
    page.press("Create", within="#create")


def copied(page):
    """What the dialog shows that is shown once; it is gone from the page when the dialog is closed."""
    text = page.find("#shown-text").text
    page.press("Close", within="#shown")
    page.until(lambda: not page.driver.execute_script("return document.getElementById('shown-text').textContent"), "still there")
    return text


@pytest.mark.complains("401")
def test_a_secret_is_created_set_revealed_renamed_and_deleted(page, tenant):
    user = tenant.user("admin")
    page.sign_in(user, "/secrets").sees("There are none yet.")
    create(page, "New secret", name="DATABASE URL", value="postgresql://one")
    page.until(lambda: rows(page) == ["DATABASE_URL"], "not listed")
    page.press("DATABASE_URL")
    page.sees("production")
    page.find("[data-action=set-value][data-environment=production]").click()
    page.type("#set-value [name=value]", "postgresql://two")
    page.press("Set", within="#set-value")
    page.until(lambda: page.all("#values td")[0].text == "2", "no second version")
    page.find("[data-action=reveal]").click()
    page.step_up(user)
    page.sees("is written in the audit chain")
    assert copied(page) == "postgresql://two"
    assert page.driver.switch_to.active_element.get_attribute("data-action") == "reveal"
    page.press("Set it in another environment")
    page.type("#set-value [name=environment]", "staging")
    page.type("#set-value [name=value]", "postgresql://three")
    page.press("Set", within="#set-value")
    page.until(lambda: [it.text for it in page.all("#values tbody th")] == ["production", "staging"], "no second value")
    page.press("Change")
    assert page.find("#change [name=name]").get_attribute("value") == "DATABASE_URL"
    page.type("#change [name=name]", "DB")
    page.press("Change", within="#change")
    page.until(lambda: page.find("h1").text == "DB", "not renamed")
    page.press("Delete")
    page.press("Delete for good", within="#delete")
    page.sees("There are none yet.")
    acts = [row["action"] for row in tenant.call("GET", "/v1/audit-logs?resource_type=secret")["data"]]
    assert acts == ["secret.delete", "secret.update", "secret.value_set", "secret.reveal", "secret.value_set", "secret.create"]


@pytest.mark.complains("400|409")
def test_what_the_service_refuses_is_said_beside_the_field_and_nothing_is_lost(page, tenant):
    tenant.call("POST", "/v1/secrets", {"name": "TAKEN", "value": "v"})
    page.sign_in(tenant.user(totp=False), "/secrets")
    create(page, "New secret", name="TAKEN", value="typed")
    page.until(lambda: page.find("#create [role=alert]").text, "no refusal")
    assert page.find("#create [name=value]").get_attribute("value") == "typed"
    page.driver.execute_script("document.querySelector('#create [name=base_environment]').removeAttribute('maxlength')")
    page.type("#create [name=base_environment]", "e" * 65)
    page.press("Create", within="#create")
    page.until(lambda: "1 to 64 characters" in page.find("#create [data-field=base_environment]").text, "not beside the field")
    field = page.find("#create [name=base_environment]")
    assert field.get_attribute("aria-invalid") == "true"
    assert page.driver.switch_to.active_element == field
    field.send_keys(Keys.ESCAPE)
    page.until(lambda: not page.all("#create[open]"), "still open")
    assert rows(page) == ["TAKEN"]


@pytest.mark.complains("400")
def test_what_is_refused_in_a_folded_part_of_a_form_is_unfolded(page, tenant):
    page.sign_in(tenant.user(totp=False), "/api-keys")
    page.press("New API key")
    page.type("#create [name=name]", "late")
    page.find("#create [value='agents:read']").click()
    folded = page.find("#create summary")
    folded.click()
    page.driver.execute_script("arguments[0].value = '2020-01-01T00:00'", page.find("#create [name=expires_at]"))
    folded.click()
    page.press("Create", within="#create")
    page.until(lambda: "must lie in the future" in page.find("#create [data-field=expires_at]").text, "not beside the field")
    assert page.driver.switch_to.active_element.get_attribute("name") == "expires_at"
    page.press("Cancel", within="#create")
    page.press("New API key")
    assert not page.find("#create details").get_attribute("open")


def test_a_long_list_is_paged_and_searched_without_scripts_too(page, tenant, driver):
    tenant.store(45)
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.sign_in(tenant.user("viewer", totp=False), "/secrets").sees("1 to 20 of 45")
        assert rows(page)[0] == "secret-44" and len(rows(page)) == 20
        page.press("Next")
        page.sees("21 to 40 of 45")
        page.press("Next")
        page.sees("41 to 45 of 45")
        assert rows(page) == [f"secret-{index}" for index in reversed(range(5))]
        page.press("Previous")
        page.sees("21 to 40 of 45")
        page.type("[name=search]", "ET-4").send_keys(Keys.ENTER)
        page.sees("1 to 6 of 6")
        assert page.find("[name=search]").get_attribute("value") == "ET-4"
        page.press("secret-4")
        page.sees("Base environment")
    finally:
        driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.complains("401")
def test_a_transit_key_is_rotated_and_its_old_version_destroyed(page, tenant):
    user = tenant.user()
    page.sign_in(user, "/transit-keys").sees("There are none yet.")
    create(page, "New transit key", name="orders", description="Card numbers of orders")
    page.until(lambda: rows(page) == ["orders"], "not listed")
    ciphertext = tenant.call("POST", "/v1/crypto/keys/orders/encrypt", {"plaintext": "4111"})["data"]["ciphertext"]
    page.press("orders")
    page.sees("Card numbers of orders")
    page.press("Rotate")
    page.press("Rotate", within="#rotate")
    page.until(lambda: [it.text for it in page.all("#versions tbody th")] == ["2", "1"], "no second version")
    assert not page.all("[data-action=destroy]")
    page.press("Change")
    page.find("#change [name=deletion_allowed]").click()
    page.press("Change", within="#change")
    page.find("[data-action=destroy][data-version='1']").click()
    page.sees("Nobody can undo this.")
    page.press("Destroy for good", within="#destroy")
    page.step_up(user)
    page.until(lambda: [it.text for it in page.all("#versions tbody th")] == ["2"], "not destroyed")
    with pytest.raises(urllib.error.HTTPError) as gone:
        tenant.call("POST", "/v1/crypto/keys/orders/decrypt", {"ciphertext": ciphertext})
    assert gone.value.code == 410


def test_an_agents_credential_is_shown_once_and_revoked(page, tenant):
    page.sign_in(tenant.user(totp=False), "/agents").sees("There are none yet.")
    create(page, "New agent", name="build server")
    page.sees("The credential of build server")
    shown = dict(line.split("=", 1) for line in copied(page).splitlines())
    assert shown["AGENT_ID"] in page.text and shown["AGENT_SECRET"] not in page.driver.page_source
    page.find("[data-action=revoke]").click()
    page.sees("Revoke build server?")
    page.press("Revoke", within="#revoke")
    page.until(lambda: page.all("#list .revoked"), "not revoked")
    assert tenant.call("GET", "/v1/agents")["data"][0]["status"] == "revoked"


@pytest.mark.complains("400")
def test_an_api_key_is_good_for_what_was_chosen_until_it_is_revoked(page, tenant):
    page.sign_in(tenant.user("admin", totp=False), "/api-keys").sees("default")
    create(page, "New API key", name="billing")
    page.until(lambda: "scopes" in page.find("#create [role=alert]").text, "made for nothing")
    page.find("#create [value='agents:read']").click()
    page.press("Create", within="#create")
    page.sees("The API key billing")
    key = copied(page)
    assert tenant.call("GET", "/v1/agents", key=key)["data"] == []
    with pytest.raises(urllib.error.HTTPError) as refused:
        tenant.call("GET", "/v1/secrets", key=key)
    assert refused.value.code == 403
    page.find("[data-action=revoke][data-name=billing]").click()
    page.press("Revoke", within="#revoke")
    page.until(lambda: page.all("#list .revoked"), "not revoked")
    with pytest.raises(urllib.error.HTTPError) as revoked:
        tenant.call("GET", "/v1/agents", key=key)
    assert revoked.value.code == 401


@pytest.mark.complains("404")
def test_two_administrators_at_once_see_what_the_other_did(page, tenant):
    made = [tenant.call("POST", "/v1/agents", {"name": name})["data"] for name in ("one", "two")]
    page.sign_in(tenant.user(totp=False), "/agents").sees("two")
    other = threading.Thread(target=tenant.call, args=["DELETE", f"/v1/agents/{made[0]['id']}"])
    other.start()
    other.join()
    # The person comes back to the tab.
    page.driver.execute_script("document.dispatchEvent(new Event('visibilitychange'))")
    page.until(lambda: len(page.all("#list .revoked")) == 1, "not seen")
    secret = tenant.call("POST", "/v1/secrets", {"name": "SHARED", "value": "v"})["data"]["id"]
    page.open(f"/secrets/{secret}").sees("SHARED")
    tenant.call("DELETE", f"/v1/secrets/{secret}")
    page.find("[data-action=set-value]").click()
    page.type("#set-value [name=value]", "mine")
    page.press("Set", within="#set-value")
    page.until(lambda: "no such secret" in page.find("#set-value [role=alert]").text, "not told")
    assert page.find("#set-value [name=value]").get_attribute("value") == "mine"


@pytest.mark.complains("401")
def test_a_session_that_ends_is_renewed_in_place_and_the_secret_is_stored(page, tenant):
    user = tenant.user(totp=False)
    page.sign_in(user, "/secrets")
    page.press("New secret")
    page.type("#create [name=name]", "KEPT")
    page.type("#create [name=value]", "typed before")
    page.forget()
    page.press("Create", within="#create")
    page.type("#sign-in-again [name=email]", user.email)
    page.type("#sign-in-again [name=password]", PASSWORD)
    page.press("Sign in", within="#sign-in-again")
    page.until(lambda: rows(page) == ["KEPT"], "not stored")


@pytest.mark.complains("503")
def test_a_sealed_tenant_reads_what_is_known_and_writes_nothing(page, tenant, deployment):
    customer = deployment.customer()
    tenant.store(1)
    tenant.onboard(customer)
    page.sign_in(tenant.user(totp=False), "/settings/security/tenant-kms").is_live()
    page.sees("Completed to key version 1")
    deployment.client("kms").disable_key(KeyId=customer["key_arn"])
    page.sees("Sealed since", seconds=75)
    page.open("/secrets").sees("secret-0")
    create(page, "New secret", name="NEW", value="v")
    page.until(lambda: "the tenant's key can't be used" in page.find("#create [role=alert]").text, "no reason")


@pytest.mark.parametrize("path", ["/secrets", "/transit-keys", "/agents"])
def test_who_may_only_read_is_offered_nothing_else(page, tenant, path):
    tenant.store(1)
    page.sign_in(tenant.user("viewer", totp=False), path)
    assert not page.all("[data-action]")
    assert "API keys" not in page.find("nav").text


@pytest.mark.complains("403")
def test_api_keys_are_shown_to_nobody_who_may_not_manage_them(page, tenant):
    page.sign_in(tenant.user("member", totp=False))
    page.open("/api-keys").sees("only owner or admin")
