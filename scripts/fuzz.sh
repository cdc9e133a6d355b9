#!/bin/bash
# fuzz.sh PROGRAM   gives each fuzz target (or those in TARGETS) FUZZ_SECONDS seconds of libFuzzer, two at a time; prints what each found.
set -uo pipefail

program=$1
seconds=${FUZZ_SECONDS:-600}
seeds=Tests/Libraries/FuzzTargetsTests/Seeds
findings=Tests/Libraries/FuzzTargetsTests/Findings
work=.build-fuzz/corpus
targets=${TARGETS:-$(cd "$seeds" && echo *)}

fuzz() {
    local target=$1 log=.build-fuzz/$1.log
    mkdir -p "$work/$target"
    SECURITYGATEWAY_FUZZ_TARGET=$target "$program" "$work/$target" "$seeds/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len=65536 -dict=scripts/fuzz.dictionary -artifact_prefix="$findings/$target-" -print_final_stats=1 >"$log" 2>&1
    local code=$?
    local runs coverage
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -1)
    if [ $code = 0 ]; then
        echo "$target: $runs runs in $seconds s, ${coverage:-cov: ?} edges, no finding"
    else
        echo "$target: A FINDING (exit $code), see $log and $findings/$target-*"
        return 1
    fi
}

running=()
failed=0
for target in $targets; do
    fuzz "$target" &
    running+=($!)
    while [ "$(jobs -pr | wc -l)" -ge "${FUZZ_JOBS:-2}" ]; do sleep 1; done
done
for process in "${running[@]}"; do wait "$process" || failed=1; done
exit $failed
