#!/bin/bash
# install-packages.sh run|test|bench   installs the Debian packages that are missing for it.
set -euo pipefail

run=(firebird3.0-server-core libfbclient2 firebird-dev libunbound-dev libjs-bootstrap5 openssl)
test=(firebird3.0-server firebird3.0-utils swaks postfix zstd python3 python3-pytest python3-selenium chromium chromium-driver fonts-noto-cjk)
bench=(postfix python3)

case ${1:-} in
run) wanted=("${run[@]}") ;;
test) wanted=("${run[@]}" "${test[@]}") ;;
bench) wanted=("${run[@]}" "${bench[@]}") ;;
*)
    echo "usage: install-packages.sh run|test|bench" >&2
    exit 64
    ;;
esac

missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "These Debian packages are missing; install them as root: ${missing[*]}" >&2
        exit 69
    }
    as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
# A temporary folder that is not cleaned under apt's feet, and patience with another apt run.
export DEBIAN_FRONTEND=noninteractive TMPDIR=/var/tmp
"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive TMPDIR=/var/tmp \
    apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}" >/dev/null
