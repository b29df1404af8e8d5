"""Who gets in, and what happens when the session ends while the page is open."""

import pytest
from selenium.webdriver.common.by import By

from deployment import PASSWORD


@pytest.mark.complains("401")
def test_a_wrong_password_is_told_apart_from_nothing(page, tenant):
    user = tenant.user(totp=False)
    page.open("/settings/account")
    page.type("[name=email]", user.email)
    page.type("[name=password]", "not the password")
    page.press("Sign in")
    page.sees("the email address or the password is wrong")
    assert page.find("[name=email]").get_attribute("value") == user.email
    page.type("[name=password]", PASSWORD)
    page.press("Sign in")
    page.sees("You have no authenticator yet.")


def test_the_cookie_is_out_of_reach_and_signing_out_ends_it(page, tenant, driver):
    page.sign_in(tenant.user(totp=False))
    cookie = driver.get_cookie("__Host-tenant-kms")
    assert cookie["httpOnly"] and cookie["secure"] and cookie["sameSite"] == "Strict"
    assert driver.execute_script("return document.cookie") == ""
    page.press("Sign out")
    page.sees("Email address")
    driver.add_cookie({"name": cookie["name"], "value": cookie["value"], "path": "/", "secure": True, "httpOnly": True, "sameSite": "Strict"})
    page.open("/settings/account").sees("Email address")


def test_an_authenticator_is_enrolled_by_its_qr_code(page, tenant, driver):
    from deployment import Codes

    page.sign_in(tenant.user(totp=False), "/settings/account")
    page.type("#begin [name=password]", PASSWORD)
    page.press("Set one up")
    image = page.find("#code")
    page.until(lambda: driver.execute_script("return arguments[0].naturalWidth > 0", image), "no QR code")
    page.type("#confirm [name=totp]", Codes(page.find("#secret").text).next())
    page.press("Confirm")
    page.sees("Your authenticator is set up.")


@pytest.mark.complains("401")
def test_an_expired_session_is_renewed_in_place(page, tenant, driver):
    """What was being done goes on once the person has signed in again."""
    user = tenant.user(totp=False)
    page.sign_in(user, "/settings/account")
    page.type("#begin [name=password]", PASSWORD)
    page.forget()
    page.press("Set one up")
    page.type("#sign-in-again [name=email]", user.email)
    page.type("#sign-in-again [name=password]", PASSWORD)
    page.press("Sign in", within="#sign-in-again")
    page.find("#code")


def test_a_page_of_nobody_leads_back_to_where_one_wanted(page, tenant):
    page.sign_in(tenant.user(totp=False), "/settings/security/tenant-kms/add")
    assert page.driver.current_url.endswith("/settings/security/tenant-kms/add")
    assert page.driver.find_element(By.TAG_NAME, "h1").text == "Add provider"
