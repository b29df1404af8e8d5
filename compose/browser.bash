# shellcheck shell=bash
# Browser: a real Chromium at the admin page of the running services, driven from Python.

browser_tests=$repository/Tests/Browser

# Pictures of where each test ended go to the home, never into the repository.
test_browser() {
  ensure_python browser "$browser_tests/requirements.txt" "the browser's driver"
  install -d -m 700 "$home/pictures"
  say "the admin page in a browser"
  "${environment[@]}" API_URL="$(api_url)" ONBOARDING_API="$binaries/onboarding-api" SCREENSHOTS="$home/pictures" \
    "$home/browser/bin/python" -m pytest "$browser_tests" "$@" 9>&-
}
