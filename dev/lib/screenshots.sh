# The pictures of the documentation, taken from the demo.
# shellcheck shell=bash

cmd_screenshots() { # names of pictures; without them all
    ensure_npm
    ensure_browser
    if [[ -n ${URL:-} ]]; then
        ensure_python
        take_pictures "${URL%/}" "$@"
        return
    fi
    require_addon
    ensure_runtime
    DEMO_DB=${DB_PREFIX}_screenshots
    reserve_port
    PORT=$FREE_PORT
    trap end_screenshots EXIT
    trap 'exit 1' INT TERM
    make_demo_db
    start_demo
    take_pictures "http://127.0.0.1:$PORT" "$@"
}

end_screenshots() {
    stop_demo
    drop_db "${DEMO_DB}_new"
    drop_db "$DEMO_DB"
}

take_pictures() { # address, names
    local folder=$ENV_DIR/screenshots address=$1
    shift
    rm -rf "$folder"
    mkdir -p "$folder"
    BROWSER=$(find_browser) NPM_PACKAGES=$NPM_DIR \
        run_node "$REPO/dev/screenshots/take.mjs" "$address" "$folder/" "$@"
    "$VENV/bin/python" "$REPO/dev/shrink_pictures.py" "$folder" || die "Some pictures are too large."
    "$VENV/bin/python" "$REPO/dev/join_frames.py" "$folder" || die "Some pictures that move are too large."
    cp -r "$folder/." "$REPO/docs/images/"
    say "Written: docs/images. 'make description' brings the addon's page up to date."
}
