# Odoo's own test runner with Odoo's requirements alone: the module's tests must not take a run down that is about
# something else, because they want more.
# shellcheck shell=bash

PLAIN_VENV=$ENV_DIR/plain
# Classes that are quick: one that runs, and those whose tests want what is missing here.
PLAIN_RUNS=TestTools
PLAIN_SKIPS=(TestScoring TestTiering TestSchema)

plain_key() { hash_of -- "$REPO/dev/requirements-odoo.txt"; }

plain_ready() { is_done plain "$(plain_key)" && [[ -x $PLAIN_VENV/bin/python ]]; }

ensure_plain() {
    plain_ready || with_lock make_plain
}

make_plain() {
    local python
    if plain_ready; then return; fi
    say "Installing Odoo's own requirements …"
    mark_undone plain
    python=$(find_python)
    make_venv "$python" "$PLAIN_VENV" "$REPO/dev/requirements-odoo.txt"
    mark_done plain "$(plain_key)"
}

# Needs RUN_DB; the database is one of the run's own.
run_plain() {
    local db=${RUN_DB}_requirements log=$LOG_DIR/test-plain.log status=0
    ensure_plain
    say "Running tests of the module with Odoo's requirements alone (about half a minute) …"
    clone_template "$db"
    VENV=$PLAIN_VENV odoo_python -m odoo --config "$ODOO_CONF" -d "$db" --no-http -i "$MODULE" \
        --test-tags "$(printf "/$MODULE:%s," "$PLAIN_RUNS" "${PLAIN_SKIPS[@]}")" --stop-after-init --logfile= \
        >"$log" 2>&1 </dev/null || status=$?
    judge_plain "$log" "$status"
    drop_db "$db"
}

judge_plain() { # log, exit status
    local name
    "$VENV/bin/python" "$REPO/dev/known_noise.py" "$1" && [[ $2 -eq 0 ]] ||
        die "Odoo's test runner fails with the module's tests (details: $(shown "$1"))."
    grep -Eq ' 0 failed, 0 error\(s\) of [1-9][0-9]* tests' "$1" ||
        die "Odoo's test runner ran no test of the module (details: $(shown "$1"))."
    grep -q "Starting $PLAIN_RUNS\." "$1" || die "No test of $PLAIN_RUNS was run (details: $(shown "$1"))."
    for name in "${PLAIN_SKIPS[@]}"; do
        grep -Eq "skipped $name\.[a-z_]+ : (hypothesis|jsonschema) is not installed" "$1" ||
            die "No test of $name was skipped for what is not installed (details: $(shown "$1"))."
    done
    say "With Odoo's requirements alone: $(grep -Eo '0 failed, .* tests' "$1"), $(grep -c ' skipped ' "$1") skipped."
}

cmd_test_plain() {
    require_addon
    ensure_template
    use_run_db
    run_plain
}
