# The demo: a database with demo data, served until Ctrl-C.
# shellcheck shell=bash

DEMO_DB=${DB_PREFIX}_demo
PORT=${PORT:-8069}

ensure_demo_db() {
    local key
    key=$(hash_of "$(template_key)" "$(addon_key)")
    if [[ -n ${FRESH:-} ]] || ! db_exists "$DEMO_DB" || [[ ! -f $STAMP_DIR/$DEMO_DB ]]; then
        make_demo_db
    elif ! is_done "$DEMO_DB" "$key"; then
        say "The module changed: updating the demo database …"
        logged "The demo database could not be updated; 'make demo FRESH=1' makes a new one." demo-update \
            odoo_quiet -d "$DEMO_DB" -u "$MODULE" --stop-after-init
    fi
    mark_done "$DEMO_DB" "$key"
}

make_demo_db() {
    say "Making the demo database (one to two minutes) …"
    mark_undone "$DEMO_DB"
    drop_db "${DEMO_DB}_new"
    logged "The demo database could not be made." demo-install \
        odoo_quiet -d "${DEMO_DB}_new" -i "$MODULE" --with-demo --load-language en_US,zh_CN,zh_TW --stop-after-init
    drop_db "$DEMO_DB"
    rename_db "${DEMO_DB}_new" "$DEMO_DB"
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null; }

require_free_port() {
    [[ $PORT =~ ^[0-9]+$ ]] || die "PORT is '$PORT', which is not a number."
    if port_in_use; then
        die "Port $PORT is in use; choose another one: make demo PORT=8070."
    fi
}

cmd_demo() {
    require_addon
    require_free_port
    ensure_runtime
    ensure_demo_db
    trap stop_demo EXIT
    trap 'exit 0' INT TERM
    start_demo
    show_demo
    wait "$DEMO_PID" || true
    die "Odoo ended by itself (details: $(shown "$DEMO_LOG"))."
}

start_demo() { # sets DEMO_PID; returns when it answers
    say "Starting Odoo …"
    DEMO_LOG=$LOG_DIR/demo.log
    exec_odoo_python -m odoo --config "$ODOO_CONF" -d "$DEMO_DB" --db-filter "^$DEMO_DB\$" \
        --http-interface 127.0.0.1 --http-port "$PORT" --max-cron-threads 1 >"$DEMO_LOG" 2>&1 </dev/null &
    DEMO_PID=$!
    wait_for_demo
}

stop_demo() {
    trap '' INT
    [[ -n ${DEMO_PID:-} ]] || return 0
    kill -TERM "$DEMO_PID" 2>/dev/null || return 0
    wait "$DEMO_PID" 2>/dev/null || true
    say "The demo has ended."
}

wait_for_demo() {
    for _ in {1..240}; do
        "$VENV/bin/python" "$REPO/dev/answers.py" "http://127.0.0.1:$PORT/web/login" && return
        kill -0 "$DEMO_PID" 2>/dev/null || die "Odoo could not start (details: $(shown "$DEMO_LOG"))."
        sleep 0.5
    done
    die "Odoo does not answer (details: $(shown "$DEMO_LOG"))."
}

show_demo() {
    cat <<EOT

  Address    http://127.0.0.1:$PORT
  Login      admin
  Password   admin

$(<"$REPO/dev/demo.txt")

Server log: $(shown "$DEMO_LOG"). Ctrl-C ends the demo.
EOT
}

cmd_shell() {
    ensure_runtime
    db_exists "$DEMO_DB" || die "There is no demo database yet; 'make demo' makes it."
    odoo_python -m odoo shell --config "$ODOO_CONF" -d "$DEMO_DB" --no-http "$@"
}

cmd_check_db() {
    local db=${1:-$DEMO_DB}
    ensure_runtime
    db_exists "$db" || die "There is no database $db: name one (make check-db DB=…), or make the demo."
    ODOO_RC=$ODOO_CONF odoo_python -m odoo check_playbook -d "$db" --log-level warn
}
