"""The emergency levers, and what everybody sees of them."""

import threading

import pytest


@pytest.fixture
def brought(tenant, deployment):
    customer = deployment.customer()
    tenant.store(10)
    tenant.onboard(customer)
    return customer


@pytest.mark.complains("401")
def test_rotating_asks_for_a_code_and_rewraps(page, tenant, brought):
    user = tenant.user()
    page.sign_in(user).is_live()
    page.sees("Completed to key version 1")
    page.press("Rotate")
    page.press("Rotate", within="#rotate")
    page.step_up(user)
    page.sees("Completed to key version 2")
    page.sees("byok.kms.rotate")


@pytest.mark.complains("401")
def test_a_seal_shows_while_the_page_is_open_and_unsealing_ends_it(page, tenant, brought, deployment):
    user = tenant.user()
    page.sign_in(user).is_live()
    kms = deployment.client("kms")
    kms.disable_key(KeyId=brought["key_arn"])
    page.sees("Sealed since", seconds=75)
    page.sees("Enable it again in AWS KMS.")
    kms.enable_key(KeyId=brought["key_arn"])
    page.press("Unseal")
    page.press("Unseal", within="#unseal")
    page.step_up(user)
    page.until(lambda: "Sealed since" not in page.text, "still sealed")


@pytest.mark.complains("400|401")
def test_a_version_is_revoked_only_by_typing_the_slug(page, tenant, brought, driver):
    user = tenant.user()
    page.sign_in(user).is_live()
    page.sees("Completed to key version 1")
    opener = page.find("[data-action=revoke][data-version='0']")
    opener.click()
    page.sees("Nobody can undo this")
    page.type("#revoke [name=confirm]", "another-tenant")
    page.press("Revoke for good", within="#revoke")
    page.step_up(user)
    page.until(lambda: page.find("#revoke [role=alert]").text, "no refusal")
    page.press("Cancel", within="#revoke")
    assert driver.switch_to.active_element.get_attribute("data-version") == "0"
    page.find("[data-action=revoke][data-version='0']").click()
    page.type("#revoke [name=confirm]", tenant.slug)
    page.press("Revoke for good", within="#revoke")
    page.until(lambda: page.all("#versions .revoked"), "not revoked")


@pytest.mark.complains("401")
def test_removing_the_provider_goes_back_to_our_key(page, tenant, brought):
    user = tenant.user()
    page.sign_in(user).is_live()
    page.press("Remove provider")
    page.press("Remove provider", within="#remove")
    page.step_up(user)
    page.sees("by this service's own key")


def test_the_stored_key_is_checked_stage_by_stage(page, tenant, brought):
    page.sign_in(tenant.user(totp=False)).is_live()
    page.press("Check the key now")
    page.until(lambda: len(page.all("#checks [data-state=passed]")) == 7, "not all stages passed")


def test_a_viewer_sees_everything_and_can_do_nothing(page, tenant, brought):
    page.sign_in(tenant.user("viewer", totp=False)).is_live()
    page.sees("by your key in AWS KMS")
    assert not page.all("[data-action]")


def test_two_administrators_see_each_others_doings(page, tenant, brought, deployment):
    page.sign_in(tenant.user(totp=False)).is_live()
    page.sees("Completed to key version 1")
    other = threading.Thread(target=tenant.onboard, args=[brought])
    other.start()
    page.sees("Completed to key version 2")
    other.join()
