# The virtual environment with what Odoo and the tests import.
# shellcheck shell=bash

VENV=$ENV_DIR/python

ensure_python() {
    # `python -m venv` keeps no interpreter of its own: a changed one makes the packages stale.
    if [[ -f $STAMP_DIR/python && -x $VENV/bin/python ]] &&
        is_done python "$(python_key "$(readlink -f "$VENV/bin/python")")"; then
        return
    fi
    with_lock make_python
}

python_key() { hash_of "$1" -- "$REPO/dev/requirements.txt"; }

make_python() {
    local python
    python=$(find_python)
    is_done python "$(python_key "$python")" && [[ -x $VENV/bin/python ]] && return
    say "Installing Odoo's Python packages …"
    mark_undone python
    make_venv "$python" "$VENV" "$REPO/dev/requirements.txt"
    mark_done python "$(python_key "$(readlink -f "$VENV/bin/python")")"
}

make_venv() { # interpreter, folder, requirements
    local python=$1 venv=$2 requirements=$3 log
    log=$(basename "$venv")
    "$python" -c 'import ensurepip, venv' 2>/dev/null || apt_install "Python's venv module" "$(venv_package "$python")"
    rm -rf "$venv"
    logged "Python could not make a virtual environment." "$log-venv" "$python" -m venv "$venv"
    logged "The Python packages of $(shown "$requirements") could not be installed; please check the network and try again." \
        "$log-pip" "$venv/bin/python" -m pip install --disable-pip-version-check --no-input \
        --require-hashes -r "$requirements"
}

venv_package() {
    "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
}

find_python() { # prints the path of a Python that Odoo 19 can run on
    local name path
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10}; do
        path=$("$name" -c "$(python_check)" 2>/dev/null) && readlink -f "$path" && return
    done
    if [[ -z ${PYTHON:-} ]] && ! have python3 && is_root; then
        apt_install Python python3 python3-venv
        readlink -f "$(command -v python3)"
        return
    fi
    die "Odoo 19 needs Python $PYTHON_MIN to $PYTHON_MAX; please install one, or name one with PYTHON=…"
}

python_check() {
    cat <<EOT
import sys
low, high = (tuple(map(int, v.split("."))) for v in ("$PYTHON_MIN", "$PYTHON_MAX"))
if not low <= sys.version_info[:2] <= high:
    sys.exit(1)
print(sys.executable)
EOT
}

# Python with Odoo importable; it takes the place of the shell that calls this. What it compiles is kept, whatever
# the machine's own setting is: a run of all tests starts Odoo some fifty times.
exec_odoo_python() {
    PYTHONPATH="$(odoo_python_path)${PYTHONPATH:+:$PYTHONPATH}" PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE='' \
        exec nice -n "${LANE_NICENESS:-0}" "$VENV/bin/python" "$@"
}

odoo_python() { (exec_odoo_python "$@"); }
