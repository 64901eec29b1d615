# Benchmarks on databases that are kept: a company with a million leads, see dev/bench/scale.
# shellcheck shell=bash

BENCH_PEER=$ENV_DIR/bench-peer
BENCH_QUICK=()
BENCH_DB=${DB_PREFIX}_scale
FORECAST=${MODULE}_forecast

cmd_bench() {
    local argument fresh="" is_growth="" rest=()
    for argument in "$@"; do
        case $argument in
        --fresh) fresh=1 ;;
        --quick) use_quick ;;
        *) rest+=("$argument") ;;
        esac
        [[ $argument != growth ]] || is_growth=1
    done
    require_addon
    ensure_template
    ensure_peer
    if [[ -n $fresh ]]; then rm -f "$STAMP_DIR/made-${BENCH_DB}_"*; fi
    [[ -z $is_growth ]] || (use_quick && ensure_all_kept)
    ensure_all_kept
    run_bench bench --config "$ODOO_CONF" --databases "$BENCH_DB" --small "${DB_PREFIX}_quick" \
        --peer-addons "$(peer_addons)" \
        --output "$REPO/docs/benchmarks.md" --log "$LOG_DIR" "${BENCH_QUICK[@]}" "${rest[@]}"
}

use_quick() {
    BENCH_QUICK=(--quick)
    BENCH_DB=${DB_PREFIX}_quick
}

ensure_all_kept() {
    ensure_kept plain
    ensure_kept module
    ensure_kept peer
    update_kept module "$MODULE"
    ensure_kept forecast
    update_kept forecast "$MODULE,$FORECAST"
}

run_bench() { # Python's module and its arguments
    (cd "$REPO" && PYTHONPATH=$REPO/dev odoo_python -m "$@")
}

# Its rows are of the days before it was made: after a week there would be other work to do. What the module's
# database is made by does not make the two others anew.
kept_key() { # plain, module, peer or forecast
    local files=("$REPO/dev/bench/scale/"{company,rows,plain}.py)
    [[ $1 != module ]] || files=("$REPO/dev/bench/scale")
    [[ $1 != peer ]] || files+=("$REPO/dev/bench/peer")
    [[ $1 != forecast ]] || files=("$REPO/dev/bench/scale" "$REPO/dev/bench/mondays.py")
    hash_of "$(template_key)" "$(date +%G-%V)" -- "${files[@]}"
}

ensure_kept() { # plain, module, peer or forecast
    local db=${BENCH_DB}_$1 key
    key=$(kept_key "$1")
    if db_exists "$db" && is_done "made-$db" "$key"; then return; fi
    mark_undone "made-$db"
    say "Making database $db …"
    "make_kept_$1" "$db"
    mark_done "made-$db" "$key"
    say "Made it ($(sql -c "SELECT pg_size_pretty(pg_database_size('$db'))"))."
}

make_kept_plain() {
    clone_template "$1"
    run_bench bench.scale "$ODOO_CONF" "$1" plain "${BENCH_QUICK[@]}"
}

make_kept_module() {
    local empty seconds
    clone_template "$1_empty"
    empty=$(seconds_of load_modules "$1_empty" "install-$1" -i "$MODULE")
    drop_db "$1_empty"
    copy_kept plain "$1"
    seconds=$(seconds_of load_modules "$1" "install-$1" -i "$MODULE")
    mark_done "db-$1" "$(files_key "$MODULE")"
    say "Installed the module there ($seconds s; $empty s where there are no leads)."
    run_bench bench.scale "$ODOO_CONF" "$1" module "${BENCH_QUICK[@]}" \
        --facts "{\"install\": $seconds, \"install_empty\": $empty}"
}

make_kept_peer() {
    copy_kept plain "$1"
    PYTHONPATH=$REPO/dev load_modules "$1" "install-$1" --addons-path "$(peer_addons)" -i bench_exception
}

# The module's database with the forecast, too: what that adds to saving a deal is not of the module's figures.
make_kept_forecast() {
    copy_kept module "$1"
    load_modules "$1" "install-$1" -i "$FORECAST"
    mark_done "db-$1" "$(files_key "$MODULE,$FORECAST")"
    run_bench bench.mondays "$ODOO_CONF" "$1" "${BENCH_QUICK[@]}"
}

copy_kept() { # plain or module, as database $2
    drop_db "$2"
    sql -c "CREATE DATABASE \"$2\" TEMPLATE \"${BENCH_DB}_$1\" STRATEGY FILE_COPY"
    cp -al "$FILESTORE/${BENCH_DB}_$1" "$FILESTORE/$2"
}

seconds_of() { # a command
    local started=$EPOCHREALTIME
    "$@" >&2
    awk -v since="$started" -v until="$EPOCHREALTIME" 'BEGIN {printf "%.1f", until - since}'
}

files_key() { hash_of "$(keys_of_addons "$1")"; } # of addons with commas between

update_kept() { # module or forecast, and its addons: where their files have changed
    local db=${BENCH_DB}_$1 key
    key=$(files_key "$2")
    if is_done "db-$db" "$key"; then return; fi
    say "Updating the module in database $db …"
    mark_undone "db-$db"
    load_modules "$db" "update-$db" -u "$2"
    mark_done "db-$db" "$key"
}

# What gated moves are compared with: OCA's base_exception, in a folder that nothing else uses.
ensure_peer() {
    local key
    key=$(hash_of -- "$REPO/dev/bench/peer/requirements.txt")
    if [[ -d $BENCH_PEER ]] && is_done bench-peer "$key"; then return; fi
    rm -rf "$BENCH_PEER"
    logged "The package that gated moves are compared with could not be installed; please check the network." \
        bench-peer "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps \
        --require-hashes --target "$BENCH_PEER" -r "$REPO/dev/bench/peer/requirements.txt"
    mark_done bench-peer "$key"
}

peer_addons() { printf '%s,%s,%s' "$(odoo_python_path)/odoo/addons" "$BENCH_PEER/odoo/addons" "$REPO/dev/bench/peer"; }
