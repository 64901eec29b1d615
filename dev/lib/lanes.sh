# Test runs side by side: each lane is a process group of its own with a log, and one program shows what they do.
# shellcheck shell=bash

# Beside the one with the browser, which takes other files when it has done its own: on two cores two lanes are
# enough when all else has ended, and each loads the registry and collects the tests for itself.
UNIT_LANES=${UNIT_LANES:-$(($(nproc) > 2 ? $(nproc) - 1 : 1))}
# Who has to get on: what takes longest in one piece, and browsers. The others fill what these leave.
FIRST=0 NEXT=5 LAST=10

begin_lanes() { # sets LANES, the folder of this run's lanes (see dev/watch_lanes.py)
    LANES=$(mktemp -d)
    LANE_PIDS=()
    mkdir "$LANES/queue"
    trap 'end_lanes; drop_run_dbs' EXIT
    trap 'exit 130' INT TERM
}

start_lane() { # name, niceness, then a function with its arguments
    local name=$1 niceness=$2
    shift 2
    printf '{"started": %(%s)T}\n' -1 >"$LANES/$name.record"
    set -m # a process group, which a signal reaches as a whole
    (
        trap 'echo $? >"$LANES/$name.status"' EXIT
        LANE=$name LANE_NICENESS=$niceness LANE_RECORD=$LANES/$name.record "$@"
    ) >"$LOG_DIR/lane-$name.log" 2>&1 </dev/null &
    LANE_PIDS+=($!)
    set +m
}

# The module's tests: each lane has a copy of RUN_DB, and takes the next file from those that are left.
start_module_lanes() {
    local number
    copy_db "$RUN_DB" "${RUN_DB}_browser"
    LANE_BROWSER=1 LANE_QUEUE=$LANES/queue start_lane module-0 "$FIRST" run_module_lane "${RUN_DB}_browser"
    for ((number = 1; number <= UNIT_LANES; number++)); do
        copy_db "$RUN_DB" "${RUN_DB}_$number"
        LANE_QUEUE=$LANES/queue start_lane "module-$number" "$LAST" run_module_lane "${RUN_DB}_$number"
    done
}

run_module_lane() { run_pytest "$1" -p pytest_lane -p no:cacheprovider; }

watch_lanes() { # until all have ended; fails when one of them did
    "$VENV/bin/python" "$REPO/dev/watch_lanes.py" "$LANES" "$(shown "$LOG_DIR")" &
    WATCH_PID=$!
    wait "$WATCH_PID" # which a signal ends, other than waiting for a command
}

# What the last complete run measured becomes the order in which the next ones take files.
keep_records() {
    rm -rf "$ENV_DIR/records"
    mkdir "$ENV_DIR/records"
    cp "$LANES"/*.record "$ENV_DIR/records"
}

cmd_test_durations() {
    [[ -d $ENV_DIR/records ]] || die "There was no complete run of 'make test' yet."
    ensure_python
    "$VENV/bin/python" "$REPO/dev/lane_seconds.py" "$ENV_DIR"/records/*.record
}

end_lanes() { # what is still running is interrupted, so that it ends its servers; what does not end is killed
    local signal pid
    trap '' INT TERM # a second Ctrl-C would leave databases behind
    if [[ -n ${WATCH_PID:-} ]]; then kill "$WATCH_PID" 2>/dev/null || true; fi
    for signal in INT TERM KILL; do
        for pid in "${LANE_PIDS[@]}"; do
            kill "-$signal" -- "-$pid" 2>/dev/null || true
        done
        for _ in {1..200}; do
            is_any_lane_on || break 2
            sleep 0.1
        done
    done
    rm -rf "$LANES"
}

is_any_lane_on() {
    local pid
    for pid in "${LANE_PIDS[@]}"; do
        kill -0 -- "-$pid" 2>/dev/null && return 0 # a bare return is what came before the trap
    done
    return 1
}
