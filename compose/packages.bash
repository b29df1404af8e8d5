# shellcheck shell=bash
# Packages: Debian's, installed only where missing, without letting their servers start.

packages=(
  librabbitmq-dev libssl-dev libcurl4-openssl-dev libpq-dev libqrencode-dev pkg-config git
  postgresql rabbitmq-server python3-venv jq curl openssl
)
# What the tests read QR codes with, and Prometheus' own judge of metrics and alerts.
test_packages=(zbar-tools librsvg2-bin prometheus)

# Further packages may be named that only the caller needs.
install_packages() {
  command -v swift >/dev/null || die "no swift in PATH" "install the Swift 6.3 toolchain, see README.md"
  local package missing=()
  for package in "${packages[@]}" "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  ((EUID == 0)) || die "missing packages: ${missing[*]}" "as root: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  forbid_autostart
  apt_get update
  apt_get install --no-install-recommends "${missing[@]}"
  allow_autostart
}

is_installed() { [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes -o DPkg::Lock::Timeout=300 "$@" </dev/null 9>&- \
    >"$home/log/apt.log" 2>&1 || die "apt-get $1" "read the log, mend apt's configuration, run again" apt
}

policy=/usr/sbin/policy-rc.d
policy_mark='# By tenant-kms, for the time of one installation: our servers are private, Debian need not start its own.'

# Debian's packages ask this file whether to start their daemons; a policy of the machine's owner is left alone.
forbid_autostart() {
  [[ ! -e $policy ]] || return 0
  trap allow_autostart EXIT
  printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
  chmod 755 "$policy"
}

allow_autostart() {
  if grep --quiet --fixed-strings --line-regexp "$policy_mark" "$policy" 2>/dev/null; then rm "$policy"; fi
}
