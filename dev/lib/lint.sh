# Checking and fixing the form of the code; renewing the lock files.
# shellcheck shell=bash

lint_python() { "$LINT_VENV/bin/python" -m "$@"; }

run_links() { "$LINT_VENV/bin/python" dev/check_links.py; }

run_doctests() { PYTHONPATH=dev lint_python doctest dev/apps/compare.py dev/mutants/sql_text.py; }

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
    mapfile -t files < <(own_files "${ADDONS[@]/%//*.js}" | grep -v '/static/lib/')
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
    local status=0
    lint_python pylint --rcfile=pyproject.toml --ignore=tests "${ADDONS[@]}" || status=$?
    # texts of tests are nobody's to read, and tests name the module as other modules do
    lint_python pylint --rcfile=pyproject.toml \
        --disable=translation-required,odoo-addons-relative-import "${ADDONS[@]/%//tests}" || status=$?
    return "$status"
}

# The checks that Odoo's reviewer has pylint make; over all of Odoo, as it would have it, they take very long.
# Comments name checks of pylint-odoo as well, which are unknown here.
run_odoo_pylint() {
    local odoo
    odoo=$(odoo_python_path)
    PYTHONPATH=$odoo/odoo/addons/test_lint/tests:$odoo ADDONS_PATH=$odoo/odoo/addons:$REPO \
        lint_python pylint --rcfile=/dev/null --score=n --disable=all,unknown-option-value \
        --load-plugins="_pylint_path_setup,$(printf '_odoo_checker_%s,' sql_injection gettext unlink_override)" \
        --enable=sql-injection,missing-gettext,gettext-variable,gettext-placeholders,gettext-repr \
        --enable=raise-unlink-override "${ADDONS[@]}"
}

# Odoo's reviewer, its addon test_lint, in a database that is kept. It walks whatever lies beside an addon: the
# module comes into a folder of its own. Its tests on JavaScript want an older eslint and are left out; those of
# its pylint plugins skip themselves.
run_odoo_lint() (
    local db=${DB_PREFIX}_lint folder=$ENV_DIR/lint-addons log=$LOG_DIR/odoo-lint.log status=0
    local tags=/test_lint,-/test_lint:TestESLint,-/test_lint:TestPyLint
    ensure_addons_db "$db" "$MODULE"
    rm -rf "$folder"
    mkdir -p "$folder"
    cp -R "${ADDONS[@]}" "$folder/"
    reserve_port # tests listen, whatever is said about HTTP
    odoo_with_tools --config "$ODOO_CONF" -d "$db" --addons-path "$(odoo_python_path)/odoo/addons,$folder" \
        --http-port "$FREE_PORT" -i test_lint -u test_lint --test-tags "$tags" --stop-after-init --logfile= \
        >"$log" 2>&1 </dev/null || status=$?
    # shellcheck disable=SC2153 # it is set beside what makes it
    "$VENV/bin/python" dev/known_noise.py "$log" || status=$?
    grep -Eq ' 0 failed, 0 error\(s\) of [1-9][0-9]* tests' "$log" || status=1
    return "$status"
)

# Odoo with the developer's tools importable, behind what it finds by itself.
odoo_with_tools() {
    local start='import sys; sys.path.append(sys.argv.pop(1)); from odoo.cli import main; main()'
    odoo_python -c "$start" "$(printf '%s\n' "$LINT_VENV"/lib/python3*/site-packages)" "$@"
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
    require_addon
    ensure_npm
    ensure_template
    cd "$REPO"
    git rev-parse --git-dir >/dev/null 2>&1 || die "The checks ask git which files there are: this folder is no checkout."
    LINT_FAILED=
    check ruff lint_python ruff check --quiet .
    check ruff-format lint_python ruff format --check --quiet .
    check pylint-odoo run_pylint
    check odoo-pylint run_odoo_pylint
    check odoo-lint run_odoo_lint
    check prettier run_prettier --check
    check eslint run_eslint
    check shellcheck run_shellcheck
    check links run_links
    check tools run_doctests
    check description make_descriptions --check
    check package check_wheels
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
    for name in requirements requirements-lint mutants/requirements; do
        say "Locking dev/$name.txt …"
        "$venv/bin/uv" pip compile --quiet --universal --python-version "$PYTHON_MIN" --upgrade \
            --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file "$name.txt" "$name.in"
    done
    say "Locking dev/requirements-odoo.txt to the same versions …"
    "$venv/bin/uv" pip compile --quiet --universal --python-version "$PYTHON_MIN" --constraint requirements.txt \
        --generate-hashes --no-header --no-annotate --no-emit-index-url \
        --output-file requirements-odoo.txt requirements-odoo.in
    say "Locking dev/package-lock.json …"
    rm -f package-lock.json
    run_npm install --package-lock-only --ignore-scripts >/dev/null
}
