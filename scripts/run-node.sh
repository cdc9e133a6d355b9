#!/bin/bash
# run-node.sh PROGRAM HOME   starts a node for trying out: made at the first start, unprivileged ports, ended by Ctrl-C.
set -euo pipefail
program=$1 home=$2

if [ ! -e "$home/node.conf" ]; then
    mkdir -p "$home"
    "$program" init --home "$home" --smtp-port 2525 --smtps-port 2465 --submission-port 2587 --web-port 4443 --listen-address 127.0.0.1
fi
exec "$program" run --home "$home"
