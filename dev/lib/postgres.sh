# A private PostgreSQL on a Unix socket, or the server that PGHOST names.
# shellcheck shell=bash

PG_DIR=$ENV_DIR/postgres
PG_SUPERUSER=odoo
PG_SOCKET_NAME=.s.PGSQL.5432
OWN_SERVER_HINT="name a server with PGHOST, PGUSER and PGPASSWORD"

ensure_postgres() {
    if [[ -n ${PGHOST:-} && -z ${PG_PRIVATE:-} ]]; then
        logged "The PostgreSQL server that PGHOST names does not answer." pg-connect \
            psql -XqAt -d postgres -c "SELECT 1"
        return
    fi
    if ! pg_known || ! pg_answers; then
        with_lock start_postgres
    fi
    pg_use
}

# Folders are chosen once and noted: `home` holds the data, `socket` the socket.
pg_known() { [[ -f $PG_DIR/home.path && -f $PG_DIR/socket.path && -f $STAMP_DIR/postgres ]] && [[ -d $(pg_home)/data ]]; }
pg_home() { cat "$PG_DIR/home.path"; }

pg_use() {
    PGHOST=$(<"$PG_DIR/socket.path")
    PG_PRIVATE=1
    export PGHOST PGPORT=5432 PGUSER=$PG_SUPERUSER PG_PRIVATE
    unset PGPASSWORD PGDATABASE PGSERVICE
}

pg_answers() {
    local socket
    socket=$(<"$PG_DIR/socket.path")
    [[ -S $socket/$PG_SOCKET_NAME ]] &&
        psql -XqAt -h "$socket" -p 5432 -U "$PG_SUPERUSER" -d postgres -c "SELECT 1" >/dev/null 2>&1
}

# PostgreSQL refuses to run as root: then it gets an unprivileged account.
pg_account() {
    if id postgres >/dev/null 2>&1; then echo postgres; else echo nobody; fi
}

as_pg() {
    if is_root; then
        (cd / && setpriv --reuid="$(pg_account)" --regid="$(id -g "$(pg_account)")" --clear-groups -- "$@")
    else
        "$@"
    fi
}

find_pg_bin() { # the newest server on the machine
    local bin
    bin=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)
    [[ -x $bin ]] || bin=$(command -v initdb || true)
    [[ -x ${bin:-} ]] && dirname "$bin"
}

pg_bin() {
    find_pg_bin && return
    is_root || die "PostgreSQL's server is missing; please install it (as root: apt-get install postgresql) or $OWN_SERVER_HINT."
    keep_system_cluster_away
    apt_install "PostgreSQL's server" postgresql
    find_pg_bin || die "PostgreSQL's server was installed but its initdb is not to be found; please $OWN_SERVER_HINT."
}

# Debian would make and start a cluster of its own: nobody here needs one.
keep_system_cluster_away() {
    local conf=/etc/postgresql-common/createcluster.conf
    [[ -e $conf ]] && return
    mkdir -p "$(dirname "$conf")"
    echo "create_main_cluster = false" >"$conf"
}

choose_folders() {
    local home socket
    mkdir -p "$PG_DIR"
    if is_root; then
        chmod 755 "$ENV_DIR" "$PG_DIR"
    fi
    home=$PG_DIR
    as_pg test -x "$PG_DIR" || home=$(temporary_folder /var/tmp)
    socket=$home/socket
    # The kernel takes 107 bytes for the path of a socket.
    ((${#socket} + ${#PG_SOCKET_NAME} + 1 <= 100)) || socket=$(temporary_folder "$(runtime_parent)")
    mkdir -p "$socket" "$home/data"
    chmod 700 "$socket" "$home/data"
    if is_root; then chown "$(pg_account):" "$socket" "$home/data"; fi
    printf '%s\n' "$home" >"$PG_DIR/home.path"
    printf '%s\n' "$socket" >"$PG_DIR/socket.path"
}

runtime_parent() {
    if ! is_root && [[ -n ${XDG_RUNTIME_DIR:-} && -w $XDG_RUNTIME_DIR ]]; then
        printf '%s' "$XDG_RUNTIME_DIR"
    else
        printf '%s' "${TMPDIR:-/tmp}"
    fi
}

temporary_folder() { # below $1, passable for the server's account
    local folder
    folder=$(mktemp -d -p "$1" odoo-env.XXXXXX)
    chmod 755 "$folder"
    printf '%s\n' "$folder" >>"$PG_DIR/outside"
    printf '%s' "$folder"
}

start_postgres() {
    local bin
    bin=$(pg_bin)
    if ! pg_known; then
        make_cluster "$bin"
    fi
    pg_answers && return
    restore_socket_folder
    say "Starting the private PostgreSQL …"
    logged "The private PostgreSQL does not start; 'make clean' begins anew." pg-start \
        without_lock start_server "$bin"
    pg_answers || die "The private PostgreSQL started but does not answer (details: $(pg_home)/data/server.log)."
}

# A server that was killed leaves its pid file, which does no harm, and helper processes that take some
# seconds to notice and hold its memory until then.
start_server() {
    local attempt
    for attempt in 1 2 3 4 5; do
        as_pg "$1/pg_ctl" start -w -t 60 -s -D "$(pg_home)/data" -l "$(pg_home)/data/server.log" && return
        echo "attempt $attempt failed"
        sleep 2
    done
    return 1
}

without_lock() { "$@" {ENV_LOCK_FD}>&-; } # or the server would hold the lock as long as it lives

restore_socket_folder() { # the runtime folder is emptied when the machine restarts
    local socket
    socket=$(<"$PG_DIR/socket.path")
    [[ -d $socket ]] && return
    mkdir -p "$socket"
    chmod 700 "$socket"
    if is_root; then chown "$(pg_account):" "$socket"; fi
}

make_cluster() {
    local bin=$1
    say "Making the private PostgreSQL cluster …"
    mark_undone postgres
    remove_cluster
    choose_folders
    logged "PostgreSQL could not make its cluster." initdb \
        as_pg "$bin/initdb" -D "$(pg_home)/data" -U "$PG_SUPERUSER" -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    pg_settings | as_pg tee -a "$(pg_home)/data/postgresql.conf" >/dev/null
    mark_done postgres "$("$bin/postgres" --version)"
}

# A developer's throw-away cluster: it may forget its data when the machine loses power (fsync off).
pg_settings() {
    cat <<EOT
listen_addresses = ''
unix_socket_directories = '$(<"$PG_DIR/socket.path")'
unix_socket_permissions = 0700
port = 5432
max_connections = 200
shared_buffers = 512MB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 2GB
log_min_messages = fatal # a test that provokes an error is no news
log_min_error_statement = panic
timezone = 'UTC'
EOT
}

stop_postgres() { # by the pid that the cluster itself noted
    [[ -f $PG_DIR/home.path ]] || return 0
    local data pid
    data=$(pg_home)/data
    pid=$(head -1 "$data/postmaster.pid" 2>/dev/null || true)
    [[ -n $pid && $(readlink "/proc/$pid/cwd" 2>/dev/null || true) -ef $data ]] || return 0
    say "Stopping the private PostgreSQL …"
    kill -INT "$pid" # "fast": open connections are cut
    for _ in {1..100}; do
        [[ -d /proc/$pid ]] || return 0
        sleep 0.1
    done
    say "The private PostgreSQL (process $pid) is still stopping."
}

remove_cluster() {
    local folder
    stop_postgres
    if [[ -f $PG_DIR/outside ]]; then
        while read -r folder; do
            case $(basename "$folder") in odoo-env.*) rm -rf "$folder" ;; esac
        done <"$PG_DIR/outside"
    fi
    rm -rf "$PG_DIR"
}
