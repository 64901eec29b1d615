# Mutation testing (dev/mutants): one thing in the code is changed, and a test should notice.
# shellcheck shell=bash

MUTANTS_VENV=$ENV_DIR/mutants
MUTANTS_SEED=1
MUTANTS_COUNT=60 # of a room; of what needs no ORM all
# What is changed, and by which tests that should be noticed. A tool's own examples are tests, too.
declare -A MUTANTS_SOURCES=(
    [tools]="tools"
    [gate]="models/gate report/crm_playbook_gate_report.py"
    [history]="models/history"
    [deadline]="models/deadline report/crm_playbook_deadline_report.py"
    [funnel]="models/funnel report/crm_funnel_*.py"
    [forecast]="../${MODULE}_forecast/models"
    [forecast-tools]="../${MODULE}_forecast/tools"
)
declare -A MUTANTS_TESTS=(
    [tools]="tools tests/customer/test_{cells,import_cells}.py tests/case/test_case_{ranking,similar}.py
        tests/coaching/test_coaching.py tests/deadline/test_deadline_days.py tests/exchange/test_exchange_schema.py
        tests/funnel/test_funnel{,_intake,_invariants,_lost,_total}.py tests/history/test_{backfill,durations}.py
        tests/rating/test_{calibration,score,tier}.py"
    [gate]="tests/gate" [history]="tests/history" [deadline]="tests/deadline" [funnel]="tests/funnel"
    [forecast]="../${MODULE}_forecast/tests"
    [forecast-tools]="../${MODULE}_forecast/tools ../${MODULE}_forecast/tests"
)

mutants_key() { hash_of -- "$REPO/dev/mutants/requirements.txt"; }

mutants_ready() { is_done mutants "$(mutants_key)" && [[ -x $MUTANTS_VENV/bin/python ]]; }

ensure_mutants() {
    mutants_ready || with_lock make_mutants
}

make_mutants() {
    if mutants_ready; then return; fi
    say "Installing the tools for mutation testing …"
    mark_undone mutants
    make_venv "$(readlink -f "$VENV/bin/python")" "$MUTANTS_VENV" "$REPO/dev/mutants/requirements.txt"
    mark_done mutants "$(mutants_key)"
}

cmd_mutants() { # rooms; --count NUMBER, --seed NUMBER, --again
    local rooms=() room again=false failed=0 count="" seed=$MUTANTS_SEED
    while (($#)); do
        case $1:${2:-} in
        --count:[0-9]*) count=$2 && shift ;;
        --seed:[0-9]*) seed=$2 && shift ;;
        --again:*) again=true ;;
        --*) die "mutants takes rooms, --count NUMBER, --seed NUMBER and --again." ;;
        *) rooms+=("$1") ;;
        esac
        shift
    done
    ((${#rooms[@]})) || mapfile -t rooms < <(printf '%s\n' "${!MUTANTS_SOURCES[@]}" | sort)
    ensure_test_parts
    ensure_mutants
    for room in "${rooms[@]}"; do
        [[ -n ${MUTANTS_SOURCES[$room]:-} ]] || die "There is no room '$room'; there are: ${!MUTANTS_SOURCES[*]}."
        run_mutants "$room" "${count:-$(mutants_count "$room")}" "$seed" "$again" || failed=1
    done
    return "$failed"
}

mutants_count() { case $1 in *tools) echo null ;; *) echo "$MUTANTS_COUNT" ;; esac; }

run_mutants() { # room, count, seed, whether only what survived
    local db=${DB_PREFIX}_dev addons=("$MODULE") tests=() status=0
    if [[ $1 == forecast* ]]; then
        db=${DB_PREFIX}_addons addons=("$MODULE" "${MODULE}_forecast")
        ensure_addons_db "$db" "$(others_list),$OTHERS_APPS"
    else
        ensure_addons_db "$db" "$MODULE"
    fi
    copy_db "$db" "${DB_PREFIX}_mutants_${1//-/_}" # several rooms may be looked at side by side
    db=${DB_PREFIX}_mutants_${1//-/_}
    mkdir -p "$ENV_DIR/mutants-reports"
    cd "$REPO/$MODULE"
    eval "tests=(${MUTANTS_TESTS[$1]})" # for its braces
    # shellcheck disable=SC2086 # words and patterns are meant
    MUTANTS=$(mutants_task "$1" "$2" "$3" "$4" "${addons[*]}" ${MUTANTS_SOURCES[$1]})
    export MUTANTS
    say "Mutants of $1 …"
    PGOPTIONS="-c statement_timeout=60s -c client_connection_check_interval=2s" \
        PYTHONPATH=$REPO/dev PLAYBOOK_STORIES=5 \
        run_pytest_beside "$db" -q -p mutants.pytest_mutants -p no:cacheprovider "${tests[@]/#/$MODULE/}" </dev/null ||
        status=$?
    drop_db "$db"
    return "$status"
}

# pytest with the tools importable, behind what it finds by itself, and without a server.
run_pytest_beside() { # database, pytest's arguments
    local db=$1 start="import sys; sys.path.append(sys.argv.pop(1)); import pytest; sys.exit(pytest.main())"
    shift
    cd "$REPO"
    HYPOTHESIS_STORAGE_DIRECTORY=$ENV_DIR/hypothesis odoo_python -c "$start" \
        "$(printf '%s\n' "$MUTANTS_VENV"/lib/python3*/site-packages)" -p pytest_log_guard \
        --odoo-config="$ODOO_CONF" --odoo-database="$db" --odoo-log-level=warn \
        --odoo-extra="logfile=$LOG_DIR/pytest-mutants.log" "$@"
}

mutants_task() { # room, count, seed, whether again, addons, sources: what pytest_mutants reads
    "$VENV/bin/python" - "$REPO" "$ENV_DIR/mutants-reports/$1.json" "$2" "$3" "$4" "$5" "${@:6}" <<'PYTHON'
import json
import sys
from pathlib import Path

repo, report, count, seed, again, addons, *sources = sys.argv[1:]
folders = [Path(source).resolve() for source in sources]
files = sorted(file for one in folders for file in (one.rglob("*.py") if one.is_dir() else [one]))
task = {"addons": [f"{repo}/{addon}" for addon in addons.split()], "sources": [*map(str, files)], "report": report}
print(json.dumps(task | {"count": json.loads(count), "seed": int(seed), "again": again == "true"}))
PYTHON
}
