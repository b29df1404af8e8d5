# shellcheck shell=bash
# Browser: a real Chromium at the admin page of the running services, driven from Python.

browser_tests=$repository/Tests/Browser

# Pictures of where each test ended go to the home, never into the repository.
test_browser() {
  ensure_browser
  install -d -m 700 "$home/pictures"
  say "the admin page in a browser"
  "${environment[@]}" API_URL="$(api_url)" ONBOARDING_API="$binaries/onboarding-api" SCREENSHOTS="$home/pictures" \
    "$home/browser/bin/python" -m pytest "$browser_tests" "$@" 9>&-
}

ensure_browser() {
  ! cmp --silent "$browser_tests/requirements.txt" "$home/browser/requirements.txt" || return 0
  say "installing the browser's driver"
  rm -rf "$home/browser"
  {
    /usr/bin/python3 -m venv "$home/browser"
    "$home/browser/bin/pip" install --quiet --disable-pip-version-check --requirement "$browser_tests/requirements.txt"
  } </dev/null >"$home/log/pip.log" 2>&1 9>&- || die "pip install" "check that pip reaches its index, run again" pip
  cp "$browser_tests/requirements.txt" "$home/browser/requirements.txt"
}
