# Checking and fixing the form of the code; renewing the lock files.
# shellcheck shell=bash

lint_python() { "$LINT_VENV/bin/python" -m "$@"; }

run_links() { "$LINT_VENV/bin/python" dev/check_links.py; }

run_doctests() { PYTHONPATH=dev lint_python doctest dev/apps/compare.py; }

# What is checked: the files of this repository that git does not ignore.
own_files() { # the patterns
    (cd "$REPO" && git ls-files --cached --others --exclude-standard -z -- "$@" | xargs -0r ls -d 2>/dev/null || true)
}

run_prettier() { # --check or --write
    local files
    mapfile -t files < <(own_files '*.xml' '*.js' '*.mjs' '*.scss' '*.css' | grep -v '/static/lib/')
    ((${#files[@]})) || return 0
    run_node "$NPM_DIR/node_modules/prettier/bin/prettier.cjs" --log-level warn \
        --plugin "$NPM_DIR/node_modules/@prettier/plugin-xml/src/plugin.js" "$1" "${files[@]}"
}

run_eslint() {
    local files
    mapfile -t files < <(own_files "$MODULE/*.js" | grep -v '/static/lib/')
    ((${#files[@]})) || return 0
    ESLINT_PACKAGES=$NPM_DIR run_node "$NPM_DIR/node_modules/eslint/bin/eslint.js" \
        --config dev/eslint.config.mjs --max-warnings 0 "$@" "${files[@]}"
}

run_shellcheck() {
    local files
    mapfile -t files < <(own_files 'dev/lib/*.sh')
    "$LINT_VENV/bin/shellcheck" --severity=style dev/env .ci/run "${files[@]}"
}

run_pylint() {
    [[ -d $MODULE ]] || return 0
    lint_python pylint --rcfile=pyproject.toml "$MODULE"
}

check() { # name, command…: goes on after a failure and remembers it
    local name=$1
    shift
    if "$@"; then
        printf '%-12s ok\n' "$name"
    else
        printf '%-12s failed\n' "$name"
        LINT_FAILED+=" $name"
    fi
}

cmd_lint() {
    ensure_npm
    cd "$REPO"
    git rev-parse --git-dir >/dev/null 2>&1 || die "The checks ask git which files there are: this folder is no checkout."
    LINT_FAILED=
    check ruff lint_python ruff check --quiet .
    check ruff-format lint_python ruff format --check --quiet .
    check pylint-odoo run_pylint
    check prettier run_prettier --check
    check eslint run_eslint
    check shellcheck run_shellcheck
    check links run_links
    check tools run_doctests
    check description make_description "$MODULE" docs/images --check
    check package check_wheel
    [[ -z $LINT_FAILED ]] || die "Not clean:$LINT_FAILED. 'make format' fixes what it can."
}

cmd_format() {
    ensure_npm
    cd "$REPO"
    lint_python ruff check --quiet --fix --exit-zero .
    lint_python ruff format --quiet .
    run_prettier --write
    run_eslint --fix || true
}

cmd_lock() {
    local venv=$ENV_DIR/lock-tools name
    ensure_lint
    if [[ ! -x $venv/bin/uv ]]; then
        logged "uv could not be installed; please check the network." lock-venv "$(find_python)" -m venv "$venv"
        logged "uv could not be installed; please check the network." lock-pip \
            "$venv/bin/python" -m pip install uv
    fi
    cd "$REPO/dev"
    for name in requirements requirements-lint; do
        say "Locking dev/$name.txt …"
        "$venv/bin/uv" pip compile --quiet --universal --python-version "$PYTHON_MIN" --upgrade \
            --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file "$name.txt" "$name.in"
    done
    say "Locking dev/package-lock.json …"
    rm -f package-lock.json
    run_npm install --package-lock-only --ignore-scripts >/dev/null
}
