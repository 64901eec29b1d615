# Folders, messages, stamps and apt: what the other parts share.
# shellcheck shell=bash

ENV_NAME=.odoo-env
ENV_DIR=$REPO/$ENV_NAME
LOG_DIR=$ENV_DIR/log
STAMP_DIR=$ENV_DIR/stamps
ODOO_CONF=$ENV_DIR/odoo.conf

mkdir -p "$LOG_DIR" "$STAMP_DIR"

say() { printf '%s\n' "$*" >&2; }

die() {
    say "Stopped: $*"
    exit 1
}

is_root() { [[ $EUID -eq 0 ]]; }

shown() { # a path as the user sees it: relative to the repository
    printf '%s' "${1#"$REPO"/}"
}

hash_of() { # of the arguments and, behind --, of the contents of files and folders
    local words=()
    while (($#)) && [[ $1 != -- ]]; do
        words+=("$1")
        shift
    done
    if (($#)); then shift; fi
    {
        printf '%s\n' "${words[@]}"
        # by paths inside the checkout: another checkout of the same files has the same hash
        if (($#)); then
            find "$@" -type f ! -name '*.pyc' -print0 | sort -z | xargs -0r sha256sum | sed "s|  $REPO/|  |"
        fi
    } | sha256sum | cut -c1-16
}

# A step is done when its stamp holds the key of what went into it; the stamp is written last.
is_done() { [[ -f $STAMP_DIR/$1 && $(<"$STAMP_DIR/$1") == "$2" ]]; }

mark_done() {
    printf '%s\n' "$2" >"$STAMP_DIR/$1.new"
    mv -f "$STAMP_DIR/$1.new" "$STAMP_DIR/$1"
}

mark_undone() { rm -f "$STAMP_DIR/$1"; }

# Runs a command with its output in a log file. A failure tells the sentence in $1 and the log's path.
logged() {
    local sentence=$1 log=$LOG_DIR/$2.log
    shift 2
    "$@" >"$log" 2>&1 </dev/null && return
    die "${sentence%.} (details: $(shown "$log"))."
}

# One set-up at a time; a second one waits here and then finds the work done.
with_lock() {
    if [[ -n ${ENV_LOCK_FD:-} ]]; then
        "$@"
        return
    fi
    exec {ENV_LOCK_FD}>"$ENV_DIR/lock"
    if ! flock -n "$ENV_LOCK_FD"; then
        say "Waiting for another set-up of this folder to end …"
        flock "$ENV_LOCK_FD"
    fi
    "$@" # no `||` here: it would keep a failing step from ending the set-up
    exec {ENV_LOCK_FD}>&-
    unset ENV_LOCK_FD
}

have() { command -v "$1" >/dev/null 2>&1; }

# Installs packages of the machine's own distribution, which only root can.
apt_install() { # $1: what they are for; then the packages
    local purpose=$1
    shift
    have apt-get || die "$purpose is missing; please install it."
    is_root || die "$purpose is missing; please install it as root: apt-get install $*"
    say "Installing $* …"
    apt_get_install "$@" >"$LOG_DIR/apt.log" 2>&1 </dev/null && return
    { apt-get update && apt_get_install "$@"; } >>"$LOG_DIR/apt.log" 2>&1 </dev/null && return
    die "apt-get could not install $* (details: $(shown "$LOG_DIR/apt.log"))."
}

apt_get_install() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 "$@"
}

# What everything but set-up itself needs.
ensure_runtime() {
    ensure_python
    ensure_odoo
    ensure_postgres
    write_odoo_conf
}
