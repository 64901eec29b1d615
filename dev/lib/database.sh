# Databases: a template with crm, made once, one with more apps, and fresh ones cloned from them with their files.
# shellcheck shell=bash

DB_PREFIX=sfp
FILESTORE=$ENV_DIR/data/filestore
TEMPLATE_REVISION=1 # raise to have the template made anew

template_key() { hash_of "$(odoo_version)" "$TEMPLATE_REVISION" -- "$REPO/dev/requirements.txt"; }
template_name() { printf '%s_template_%s' "$DB_PREFIX" "$(template_key)"; }
apps_template_name() { printf '%s_apps_%s' "$(template_name)" "$(hash_of "$JOINED_APPS")"; }

addon_key() { hash_of -- "$REPO/$MODULE"; }

require_addon() {
    [[ -f $REPO/$MODULE/__manifest__.py ]] || die "The module's folder $MODULE is not in this repository."
}

sql() { psql -XqAt -v ON_ERROR_STOP=1 -d postgres "$@"; }

db_exists() { [[ -n $(sql -c "SELECT 1 FROM pg_database WHERE datname = '$1'") ]]; }

drop_db() {
    sql -c "DROP DATABASE IF EXISTS \"$1\" WITH (FORCE)" 2>/dev/null || die "Database $1 could not be removed."
    rm -rf "${FILESTORE:?}/$1"
}

rename_db() {
    rm -rf "${FILESTORE:?}/$2"
    mkdir -p "$FILESTORE/$1"
    mv "$FILESTORE/$1" "$FILESTORE/$2"
    sql -c "ALTER DATABASE \"$1\" RENAME TO \"$2\""
}

ensure_template() {
    ensure_runtime
    template_ready || with_lock make_template
}

# On a server of the user's own a template may have been left by another checkout, without its files.
template_ready() { is_complete "$(template_name)"; }

is_complete() { # database
    [[ -d $FILESTORE/$1 ]] && db_exists "$1"
}

make_template() {
    template_ready && return
    local name old
    name=$(template_name)
    say "Making the database template with crm (about a minute) …"
    drop_db "$name"
    drop_db "${name}_new"
    logged "Odoo could not install crm into the database template." template \
        odoo_quiet -d "${name}_new" -i crm --stop-after-init
    rename_db "${name}_new" "$name"
    for old in "$FILESTORE/${DB_PREFIX}_template_"*; do
        [[ $old == "$FILESTORE/$name" ]] || drop_db "$(basename "$old")"
    done
}

# The apps take longer to install than all addons: installed once, for the tests of the addons and of their lives.
ensure_apps_template() {
    ensure_template
    is_complete "$(apps_template_name)" || with_lock make_apps_template
}

make_apps_template() {
    local name old
    name=$(apps_template_name)
    if is_complete "$name"; then return; fi
    say "Making the database template with the apps that addons join (about a minute) …"
    drop_db "$name"
    clone_template "${name}_new"
    logged "Odoo could not install the apps into the database template." template-apps \
        odoo_quiet -d "${name}_new" -i "$JOINED_APPS" --stop-after-init
    rename_db "${name}_new" "$name"
    for old in "$FILESTORE/$(template_name)_apps_"*; do
        [[ $old == "$FILESTORE/$name" ]] || drop_db "$(basename "$old")"
    done
}

# No HTTP server, no cron: for installing and updating.
odoo_quiet() { odoo_python -m odoo --config "$ODOO_CONF" --no-http "$@"; }

clone_template() { copy_db "$(template_name)" "$1"; } # as database $1

copy_db() { # database that nobody is connected to, name of the copy
    drop_db "$2"
    sql -c "CREATE DATABASE \"$2\" TEMPLATE \"$1\"" ||
        die "Database $2 could not be made; is something still connected to $1?"
    # Files in a filestore are never changed, only added and removed: links will do.
    cp -al "$FILESTORE/$1" "$FILESTORE/$2"
}

cmd_newdb() {
    [[ ${1:-} =~ ^[a-z][a-z0-9_]*$ ]] || die "usage: dev/env newdb NAME (lower-case letters, digits and _)."
    ensure_template
    clone_template "$1"
}

cmd_dropdb() {
    [[ ${1:-} =~ ^[a-z][a-z0-9_]*$ ]] || die "usage: dev/env dropdb NAME."
    ensure_postgres
    drop_db "$1"
}

# Installs (-i) or updates (-u) modules. A warning or an error in Odoo's log is a failure.
load_modules() { # database, log's name, Odoo's options
    local db=$1 log=$LOG_DIR/$2.log
    shift 2
    if ! odoo_quiet -d "$db" "$@" --stop-after-init --logfile= >"$log" 2>&1 </dev/null; then
        "$VENV/bin/python" "$REPO/dev/known_noise.py" "$log" || true
        die "The module could not be loaded into database $db (details: $(shown "$log"))."
    fi
    "$VENV/bin/python" "$REPO/dev/known_noise.py" "$log" ||
        die "Loading the module into database $db was not free of warnings (details: $(shown "$log"))."
}

# Tests fill tables and take it all back. What autovacuum counts in between has PostgreSQL plan for empty tables
# while they are full: a statement may take seconds then instead of milliseconds.
keep_autovacuum_away() { # database with all its tables
    psql -XqAt -v ON_ERROR_STOP=1 -d "$1" <<'SQL'
DO $$
DECLARE one regclass;
BEGIN
    FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = FALSE)', one);
    END LOOP;
END $$
SQL
}

# A database that is kept, with what these addons as they are now have in a database.
ensure_addons_db() { # database, addons with commas between
    local db=$1 key
    key=$(hash_of "$(template_key)" "$2" "$(keys_of_addons "$2")")
    if db_exists "$db" && is_done "db-$db" "$key"; then return; fi
    if db_exists "$db" && [[ -f $STAMP_DIR/db-$db ]]; then
        mark_undone "db-$db"
        say "Updating the module in database $db …"
        load_modules "$db" "update-$db" -u "$MODULE" -i "$2"
    else
        say "Making database $db with the module …"
        clone_template "$db"
        load_modules "$db" "install-$db" -i "$2"
    fi
    keep_autovacuum_away "$db"
    mark_done "db-$db" "$key"
}

keys_of_addons() { # the module's, and those of addons with commas between
    local name
    for name in "$MODULE" ${1//,/ }; do
        [[ ! -d $REPO/$name ]] || "$VENV/bin/python" "$REPO/dev/update_key.py" "$REPO/$name" # Odoo's stay as they are
    done
}

# Databases of runs that were killed. (On a server shared with others a pid says nothing.)
sweep_databases() {
    local db
    [[ -n ${PG_PRIVATE:-} ]] || return 0
    run_databases '[0-9]+' | while read -r db; do
        [[ $db =~ _run_([0-9]+) && -d /proc/${BASH_REMATCH[1]} ]] || drop_db "$db" </dev/null
    done
}

run_databases() { # of the run with this pid: its own, and those with a suffix
    sql -c "SELECT datname FROM pg_database WHERE datname ~ '^${DB_PREFIX}_run_$1(_[a-z0-9_]+)?$'"
}

use_run_db() { # sets RUN_DB, a database that goes when this process ends, with those named after it
    RUN_DB=${DB_PREFIX}_run_$$ # the pid tells sweep_databases whether the run is still on
    sweep_databases
    trap drop_run_dbs EXIT
}

drop_run_dbs() {
    local db
    run_databases $$ | while read -r db; do drop_db "$db" </dev/null; done
}

cmd_clean() {
    if [[ -z ${PGHOST:-} ]]; then remove_cluster; fi
    rm -rf "$ENV_DIR"
    say "Removed $ENV_NAME."
}
