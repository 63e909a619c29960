#!/bin/bash
# need.sh [--swift] PACKAGE...: installs the Debian packages that are missing, with sudo when not root,
# and says so. With --swift it is an error if there is no Swift, which Debian doesn't have.
set -euo pipefail

if [[ ${1:-} == --swift ]]; then
    shift
    command -v swift >/dev/null || {
        echo "peerd needs Swift 6.3 or later on the PATH: https://www.swift.org/install/linux" >&2
        exit 1
    }
fi

missing=()
for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] \
        || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $(id -u) != 0 ]]; then
    command -v sudo >/dev/null || {
        echo "missing Debian packages: ${missing[*]}; install them as root" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "installing missing Debian packages: ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
