# The test command of the launcher (sourced by ./exchange): formatting, build, all test layers, the launcher itself.

passed=0 failed=0 skipped=0

# check NAME COMMAND… : one check of a command as a user types it; its output is shown only when it fails.
check() {
    local name=$1 log; shift
    log=artifacts/test/$(printf '%s' "$name" | tr -cs 'a-z0-9' '-').log
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1)); say "  ok      $name"
    else
        failed=$((failed + 1)); say "  FAILED  $name"; tail -n 40 "$log" | sed 's/^/          /' >&2
    fi
}

# What the interop tests talk through; where it cannot be had, those tests skip and say so.
prepare_interop() {
    python3 -c 'import zmq' 2>/dev/null || /usr/bin/python3 -c 'import zmq' 2>/dev/null \
        || install_packages "the Python trader" python3 python3-zmq || true
    command -v npm >/dev/null || install_packages "the Node trader and ccxt" nodejs npm || true
    if command -v npm >/dev/null; then
        local folder
        for folder in Tests/Interop samples/node; do
            [ -d $folder/node_modules ] && [ $folder/node_modules -nt $folder/package-lock.json ] && continue
            say "npm ci in $folder …"
            (cd $folder && npm ci --no-audit --no-fund --loglevel=error >/dev/null 2>&1 && touch node_modules) \
                || say "npm ci in $folder failed; its tests will skip"
        done
    fi
}

# Reads the counters of a test run's report.
count_report() {
    local counters
    counters=$(grep -o '<Counters [^>]*>' "$1")
    value() { printf '%s' "$counters" | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p"; }
    passed=$((passed + $(value passed)))
    failed=$((failed + $(value failed) + $(value error) + $(value timeout) + $(value aborted)))
    skipped=$((skipped + $(value total) - $(value executed)))
}

replay_prints_a_book() {
    local line
    line=$(./exchange replay Tests/Data/binance-sample.ndjson --symbol BTCUSDT --json)
    printf '%s\n' "$line"
    [[ $line == *'"gaps":0'* && $line == *'"state":"synced"'* ]]
}

# beside_the_simulator COMMAND… : runs it while a simulator runs.
beside_the_simulator() {
    local log=artifacts/test/simulator.log pid status=0
    dotnet "$(program Simulator Simulator)" >"$log" 2>&1 &
    pid=$!
    wait_for "$log" 'simulator ready' $pid "the simulator" && "$@" || status=$?
    kill $pid 2>/dev/null; wait $pid 2>/dev/null || true
    return $status
}

# beside_the_gateway COMMAND… : runs it while a simulator and a gateway run.
beside_the_gateway() {
    local log=artifacts/test/silo.log pid status=0
    rm -rf artifacts/test/data
    dotnet "$(program Silo Silo)" up --env sim --set Exchange:Data=artifacts/test/data >"$log" 2>&1 &
    pid=$!
    wait_for "$log" 'gateway ready' $pid "the silo" && "$@" || status=$?
    kill -TERM $pid 2>/dev/null; wait $pid 2>/dev/null || true
    return $status
}

# The formatting check that run_tests has started.
formatting_is_clean() {
    local status=0
    wait "$formatting" || status=$?
    cat artifacts/test/format.log
    return $status
}

python_with_zmq() {
    local python
    for python in /usr/bin/python3 python3; do
        "$python" -c 'import zmq' 2>/dev/null && { echo "$python"; return 0; }
    done
    return 1
}

records_what_replays() {
    local folder=artifacts/test/recordings line
    rm -rf "$folder"
    ./exchange record --symbol BTCUSDT --seconds 3 --out "$folder" || return 1
    line=$(./exchange replay "$folder"/*.ndjson --symbol BTCUSDT --json) || return 1
    printf '%s\n' "$line"
    [[ $line == *'"gaps":0'* && $line == *'"state":"synced"'* ]]
}

# Planted secrets must come out nowhere: not of a run that works, nor of one that fails.
keeps_secrets() {
    local planted=planted-secret-4711 output status=0
    export BINANCE_API_KEY=$planted-key BINANCE_API_SECRET=$planted
    output=$({ ./exchange doctor --env testnet; ./exchange up --env nonsense; timeout 5 ./exchange up --env testnet --connections nonsense/binance; } 2>&1) || true
    unset BINANCE_API_KEY BINANCE_API_SECRET
    printf '%s\n' "$output"
    printf '%s' "$output" | grep -q -- "$planted" && status=1
    grep -rlF -- "$planted" artifacts --include='*.log' --include='*.trx' && status=1
    return $status
}

refuses() { # refuses PATTERN COMMAND… : ends with an error that says PATTERN
    local pattern=$1 output; shift
    if output=$("$@" 2>&1); then printf 'accepted:\n%s\n' "$output"; return 1; fi
    printf '%s\n' "$output"
    printf '%s' "$output" | grep -q -- "$pattern"
}

# The test program itself, with the options given; its output goes to the terminal.
test_program() { (cd Tests && dotnet "$(program Tests Tests)" -noLogo "$@"); }

# The cards on every venue, and the table of their results in docs/conformance.md.
run_conformance() {
    local results=$root/artifacts/test/conformance.tsv status=0
    build_for_tests
    rm -f "$results"
    EXCHANGE_CONFORMANCE=$results test_program -class '*ConformanceTests' || status=$?
    EXCHANGE_CONFORMANCE_TABLE=$results test_program -method '*The_table_is_written_when_asked_for' || status=$?
    [ $status = 0 ] && say "docs/conformance.md has the results"
    return $status
}

# Random runs by seed, and silos killed at random points.
run_soak() {
    local seeds=200 seed=
    while [ $# -gt 0 ]; do
        case $1 in
            --seeds | --seed) [ $# -ge 2 ] || die "$1: a number is missing"; printf -v "${1#--}" '%s' "$2"; shift 2 ;;
            --seeds=*) seeds=${1#*=}; shift ;;
            --seed=*) seed=${1#*=}; shift ;;
            *) die "test --soak: '$1' is not known; it takes --seeds N (200) or --seed N (that one alone)" ;;
        esac
    done
    [[ $seeds =~ ^[1-9][0-9]{0,5}$ ]] || die "--seeds: '$seeds' is not a whole number from 1 to 999999"
    [[ $seed =~ ^[0-9]{0,9}$ ]] || die "--seed: '$seed' is not a whole number from 0 to 999999999"
    build_for_tests
    if [ -n "$seed" ]; then
        EXCHANGE_SOAK_SEED=$seed test_program -namespace Exchange.Tests.Conformance.Soak
    else
        say "$seeds seeds, and 50 kills …"
        EXCHANGE_SOAK_SEEDS=$seeds EXCHANGE_SOAK_KILLS=50 \
            test_program -namespace Exchange.Tests.Conformance.Soak -namespace Exchange.Tests.Conformance.Cluster
    fi
}

build_for_tests() {
    export UseCompat=${UseCompat:-true}
    mkdir -p artifacts/test
    build
}

run_tests() {
    local fast= python= formatting= report=$root/artifacts/test/tests.trx
    case ${1:-} in
        '') ;;
        --fast) fast=yes ;;
        --conformance) run_conformance; return ;;
        --soak) shift; run_soak "$@"; return ;;
        *) die "test: '$1' is not known; it takes --fast (without formatting and launcher checks), --conformance or --soak" ;;
    esac
    # On the stand-ins, so that the result does not depend on what a package feed carries that day. UseCompat=false in the
    # environment tests on the genuine packages.
    export UseCompat=${UseCompat:-true}
    mkdir -p artifacts/test
    rm -f "$report"
    build
    prepare_interop

    # Beside the tests, which wait more than they work, and behind them where both want the machine.
    if [ -z "$fast" ]; then
        nice -n 19 dotnet format Exchange.sln --verify-no-changes --no-restore >artifacts/test/format.log 2>&1 &
        formatting=$!
    fi

    say "running the tests …"
    timeout --kill-after=10 900 dotnet test Tests/Tests.csproj -c $configuration --no-build --nologo -v quiet \
        --logger "trx;LogFileName=$report" >artifacts/test/tests.log 2>&1 || true
    if [ -f "$report" ]; then
        count_report "$report"
        grep -E '^\s+(Failed|Skipped) ' artifacts/test/tests.log >&2 || true
        if grep -qE '^\s+Failed ' artifacts/test/tests.log; then
            say "artifacts/test/tests.log has the failures in full"
            grep -A 25 -E '^\s+Failed ' artifacts/test/tests.log | head -n 200 >&2
        fi
    else
        failed=$((failed + 1))
        tail -n 60 artifacts/test/tests.log >&2
    fi

    if [ -z "$fast" ]; then
        check "formatting" formatting_is_clean
        say "running the launcher's commands …"
        check "demo trades on all exchanges: orders placed, replaced, filled, cancelled" ./exchange demo --seconds 8
        check "replay prints a synced book without gaps" replay_prints_a_book
        check "doctor finds the simulator" beside_the_simulator ./exchange doctor --json
        check "a recording of the simulator replays without gaps" beside_the_simulator records_what_replays
        if python=$(python_with_zmq); then
            check "the Python trader lives an order's whole life" beside_the_simulator beside_the_gateway "$python" samples/python/order_life.py
        else
            skipped=$((skipped + 1)); say "  skipped the Python trader: python3-zmq is not there"
        fi
        if [ -d samples/node/node_modules ]; then
            check "the Node trader lives an order's whole life" beside_the_simulator beside_the_gateway node samples/node/order-life.mjs
        else
            skipped=$((skipped + 1)); say "  skipped the Node trader: zeromq is not there (npm ci in samples/node)"
        fi
        check "doctor says what is missing" refuses "start the simulators" ./exchange doctor
        check "planted secrets come out nowhere" keeps_secrets
        check "an unknown command is refused" refuses "not a command" ./exchange nonsense
        check "a wrong environment is refused with the legal values" refuses "sim, testnet" ./exchange up --env prod
        check "a wrong connection is refused with the form" refuses "role/exchange" ./exchange up --connections nonsense
    fi

    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
