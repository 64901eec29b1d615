# Running the module's tests, and Odoo's own.
# shellcheck shell=bash

ensure_test_parts() {
    require_addon
    ensure_template
    ensure_browser
    ensure_npm # axe-core, which checks accessibility
}

run_pytest() { # database, then pytest's arguments
    local db=$1
    shift
    cd "$REPO"
    PYTHONPATH=$REPO/dev HYPOTHESIS_STORAGE_DIRECTORY=$ENV_DIR/hypothesis \
        AXE_SOURCE=$NPM_DIR/node_modules/axe-core/axe.min.js \
        odoo_python -m pytest -p pytest_log_guard -p pytest_vacuum -p pytest_zones \
        --odoo-config="$ODOO_CONF" --odoo-database="$db" --odoo-http --odoo-log-level=warn \
        --odoo-extra="logfile=$LOG_DIR/pytest-odoo${LANE:+-$LANE}.log" --odoo-extra="db-filter=^$db\$" \
        --odoo-extra="screenshots=$LOG_DIR/screenshots" "$@"
}

cmd_test() { # pytest's arguments: those tests alone, on the database that is kept
    if (($#)); then
        cmd_pytest "$@"
        return
    fi
    local started=$SECONDS status=0
    ensure_test_parts
    ensure_plain
    ensure_apps_template
    use_run_db
    say "Set-up checked ($((SECONDS - started)) s). Installing the module into a fresh database …"
    begin_lanes
    start_lane lifecycle "$NEXT" run_lifecycle
    start_lane tools "$LAST" run_tools
    start_others
    clone_template "$RUN_DB"
    load_modules "$RUN_DB" install -i "$MODULE"
    copy_db "$RUN_DB" "${RUN_DB}_faults"
    keep_autovacuum_away "$RUN_DB"
    start_lane resilience "$FIRST" run_faults
    check_pot "$RUN_DB" "$MODULE"
    # what the browser loads is built once for all copies
    logged "What the browser loads could not be built." assets build_assets "$RUN_DB"
    start_module_lanes
    watch_lanes || status=$?
    keep_records
    return "$status"
}

# The addons beside the module, all in one database with the apps that they are for.
start_others() {
    ((${#OTHERS[@]})) || return 0
    copy_db "$(apps_template_name)" "${RUN_DB}_others"
    start_lane others "$NEXT" run_others "${RUN_DB}_others"
}

run_others() { # database with the apps
    local addon
    load_modules "$1" install-others -i "$MODULE,$(others_list)"
    keep_autovacuum_away "$1"
    for addon in "${OTHERS[@]}"; do check_pot "$1" "$addon"; done
    run_pytest "$1" -p pytest_lane -p no:cacheprovider "${OTHERS[@]}"
}

cmd_pytest_addons() { # pytest's arguments
    ensure_test_parts
    ensure_addons_db "${DB_PREFIX}_addons" "$(others_list),$OTHERS_APPS"
    (($#)) || set -- "${OTHERS[@]}"
    run_pytest "${DB_PREFIX}_addons" "$@"
}

build_assets() { # database
    echo 'env["ir.qweb"]._pregenerate_assets_bundles(); env.cr.commit()' |
        odoo_python -m odoo shell --config "$ODOO_CONF" -d "$1" --no-http --logfile=
}

run_tools() {
    run_tool_tests
    run_plain
}

# What the tools of this folder promise.
run_tool_tests() {
    cd "$REPO"
    PYTHONPATH=$REPO/dev odoo_python -m pytest -p no:odoo ${LANE:+-p pytest_lane} -p no:cacheprovider --rootdir "$REPO" dev/tests
}

run_faults() {
    RUN_DB=${RUN_DB}_faults
    run_resilience dev/resilience/test_{clock,conflicts,kills,leavers,outages}.py
}

# Tests that install, update and uninstall the module in databases of their own, named after RUN_DB.
run_lifecycle() {
    cd "$REPO"
    PYTHONPATH=$REPO/dev LIFECYCLE_CONFIG=$ODOO_CONF LIFECYCLE_DATABASE=$RUN_DB \
        LIFECYCLE_TEMPLATE=$(template_name) LIFECYCLE_APPS=$(apps_template_name) \
        odoo_python -m pytest -p no:odoo ${LANE:+-p pytest_lane} --rootdir "$REPO" "${@:-dev/lifecycle}"
}

cmd_test_lifecycle() {
    require_addon
    ensure_apps_template
    use_run_db
    run_lifecycle "$@"
}

# Tests with servers and databases of their own; those begin as RUN_DB is.
run_resilience() {
    local bin
    bin=$(pg_bin)
    cd "$REPO"
    PYTHONPATH=$REPO/dev RESILIENCE_CONFIG=$ODOO_CONF RESILIENCE_DATABASE=$RUN_DB RESILIENCE_PG_BIN=$bin \
        odoo_python -m pytest -p no:odoo ${LANE:+-p pytest_lane} --rootdir "$REPO" "${@:-dev/resilience}"
}

cmd_test_resilience() { # --people NUMBER, --seconds NUMBER (of the servers with a replica), then pytest's arguments
    while [[ ${1:-} == --people || ${1:-} == --seconds ]]; do
        [[ ${2:-} =~ ^[0-9]+$ ]] || die "$1 takes a number."
        case $1 in --people) export RESILIENCE_PEOPLE=$2 ;; *) export RESILIENCE_SECONDS=$2 ;; esac
        shift 2
    done
    require_addon
    ensure_template
    use_run_db
    clone_template "$RUN_DB"
    load_modules "$RUN_DB" install-resilience -i "$MODULE"
    run_resilience "$@"
}

cmd_pytest() {
    ensure_test_parts
    ensure_addons_db "${DB_PREFIX}_dev" "$MODULE"
    run_pytest "${DB_PREFIX}_dev" "$@"
}

reserve_port() { # sets FREE_PORT, which nobody else is given until this shell ends
    local reader
    exec {reader}< <("$VENV/bin/python" "$REPO/dev/free_port.py")
    read -r FREE_PORT <&"$reader"
}

cmd_test_crm() {
    local log=$LOG_DIR/test-crm.log status=0
    ensure_test_parts
    use_run_db
    say "Installing the module beside sale_crm …"
    clone_template "$RUN_DB"
    load_modules "$RUN_DB" install-crm -i "sale_crm,$MODULE"
    reserve_port
    say "Running Odoo's own CRM tests (about four minutes) …"
    odoo_python -m odoo --config "$ODOO_CONF" -d "$RUN_DB" --db-filter "^$RUN_DB\$" \
        --http-port "$FREE_PORT" -u crm,sale_crm --test-tags "${1:-/crm,/sale_crm}" --stop-after-init \
        --screenshots "$LOG_DIR/screenshots" >"$log" 2>&1 </dev/null || status=$?
    report_odoo_tests "$log" "$status"
}

report_odoo_tests() { # log, exit status
    local summary
    summary=$(grep -Eo '[0-9]+ failed, [0-9]+ error\(s\) of [0-9]+ tests' "$1" | tail -1 || true)
    grep -E ' (ERROR|FAIL): ' "$1" >&2 || true
    [[ -n $summary ]] || die "Odoo's own CRM tests did not run to their end (details: $(shown "$1"))."
    printf "Odoo's own CRM tests with the module: %s\n" "$summary"
    [[ $2 -eq 0 && $summary == "0 failed, 0 error(s)"* ]] ||
        die "Odoo's own CRM tests fail with the module (details: $(shown "$1"))."
}
