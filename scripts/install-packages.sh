#!/bin/bash
# install-packages.sh run|demo|test|bench|bench-spam   installs the Debian packages that are missing for it.
set -euo pipefail

run=(firebird3.0-server-core libfbclient2 firebird-dev libunbound-dev libarchive-dev libmaxminddb-dev libgeoip-dev geoip-database libjs-bootstrap5 openssl publicsuffix)
test=(firebird3.0-server firebird3.0-utils haproxy swaks postfix zstd python3 python3-venv python3-pytest python3-selenium python3-dkim libxml2-utils chromium chromium-driver fonts-noto-cjk gcc libc6-dev fuse3 libfuse2 python3-fusepy clamav-daemon spamd spamassassin rspamd)
demo=(firebird3.0-server firebird3.0-utils haproxy python3)
bench=(postfix python3 unbound rspamd redis-server zstd)
bench_spam=(bogofilter spamassassin rspamd redis-server zstd python3)

case ${1:-} in
run) wanted=("${run[@]}") ;;
test) wanted=("${run[@]}" "${test[@]}") ;;
demo) wanted=("${run[@]}" "${demo[@]}") ;;
bench) wanted=("${run[@]}" "${bench[@]}") ;;
bench-spam) wanted=("${run[@]}" "${bench_spam[@]}") ;;
*)
    echo "usage: install-packages.sh run|demo|test|bench|bench-spam" >&2
    exit 64
    ;;
esac

missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
# Tools of the system tests that Debian does not have, beside the build.
install_python_tools() {
    local folder=.build/python-tools
    cmp -s Tests/SystemTests/requirements.txt "$folder/requirements.txt" && return
    /usr/bin/python3 -m venv "$folder"
    "$folder/bin/pip" --quiet --disable-pip-version-check install -r Tests/SystemTests/requirements.txt
    cp Tests/SystemTests/requirements.txt "$folder/"
}

if [ ${#missing[@]} -eq 0 ]; then
    [ "$1" != test ] || install_python_tools
    exit 0
fi

as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "These Debian packages are missing; install them as root: ${missing[*]}" >&2
        exit 69
    }
    as_root=(sudo)
fi
echo "Installing: ${missing[*]}"
# Daemons that tests and benchmarks start by themselves, with folders and ports of their own, must not run as services too.
policy=/usr/sbin/policy-rc.d
if [[ $1 =~ ^(test|bench|bench-spam)$ ]] && [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
fi
# A temporary folder that is not cleaned under apt's feet, and patience with another apt run.
export DEBIAN_FRONTEND=noninteractive TMPDIR=/var/tmp
"${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >/dev/null
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive TMPDIR=/var/tmp \
    apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}" >/dev/null
[ "$1" != test ] || install_python_tools
