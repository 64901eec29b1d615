# The pictures of the documentation, taken from the demo.
# shellcheck shell=bash

declare -A CURRENCIES=([en_US]=USD [zh_CN]=CNY [zh_TW]=TWD) # of the demo's company, by language

cmd_screenshots() { # names of pictures; without them all; "all" and logins for every screen there is
    ensure_npm
    ensure_browser
    if [[ ${1:-} == all ]]; then
        look_at_screens "${@:2}"
        return
    fi
    begin_pictures
    if [[ -n ${URL:-} ]]; then
        ensure_python
        take_pictures "${URL%/}" "${!CURRENCIES[*]}" "$@"
    else
        take_pictures_of_own_demo "$@"
    fi
    finish_pictures
}

# Nothing for the documents: to be looked at. What it tells of, such as labels in English, is to be judged.
look_at_screens() { # logins; without them one of each role
    [[ -n ${URL:-} ]] || die "Name a demo that runs: URL=http://127.0.0.1:8069 dev/env screenshots all."
    BROWSER=$(find_browser) NPM_PACKAGES=$NPM_DIR \
        run_node "$REPO/dev/screenshots/screens.mjs" "${URL%/}" "$ENV_DIR/screens" "${!CURRENCIES[*]}" "$@"
    say "Written: $(shown "$ENV_DIR/screens")."
}

take_pictures_of_own_demo() { # names
    local language
    require_addon
    ensure_runtime
    DEMO_DB=${DB_PREFIX}_screenshots
    reserve_port
    PORT=$FREE_PORT
    trap end_screenshots EXIT
    trap 'exit 1' INT TERM
    make_demo_db
    rename_db "$DEMO_DB" "${DEMO_DB}_made"
    for language in "${!CURRENCIES[@]}"; do
        copy_db "${DEMO_DB}_made" "$DEMO_DB" # what a picture or film leaves behind is in no other language's
        set_currency "${CURRENCIES[$language]}"
        start_demo
        take_pictures "http://127.0.0.1:$PORT" "$language" "$@"
        stop_demo
        trap 'exit 1' INT TERM
    done
}

# The company counts in another currency, and so do its playbooks, and its reviews, which nobody may change.
set_currency() { # its name
    sql -d "$DEMO_DB" -c "UPDATE res_currency SET active = TRUE WHERE name = '$1'" \
        -c "UPDATE res_company SET currency_id = (SELECT id FROM res_currency WHERE name = '$1')" \
        -c "UPDATE crm_playbook SET currency_id = (SELECT id FROM res_currency WHERE name = '$1')" \
        -c "UPDATE crm_funnel_review SET currency_id = (SELECT id FROM res_currency WHERE name = '$1')"
}

end_screenshots() {
    stop_demo
    drop_db "${DEMO_DB}_new"
    drop_db "${DEMO_DB}_made"
    drop_db "$DEMO_DB"
}

begin_pictures() {
    PICTURES=$ENV_DIR/screenshots
    rm -rf "$PICTURES"
    mkdir -p "$PICTURES"
}

take_pictures() { # address, languages in one argument, names
    BROWSER=$(find_browser) NPM_PACKAGES=$NPM_DIR \
        run_node "$REPO/dev/screenshots/take.mjs" "$1" "$PICTURES/" "$2" "${@:3}"
}

finish_pictures() {
    "$VENV/bin/python" "$REPO/dev/shrink_pictures.py" "$PICTURES" || die "Some pictures are too large."
    "$VENV/bin/python" "$REPO/dev/join_frames.py" "$PICTURES" || die "Some pictures that move are too large."
    cp -r "$PICTURES/." "$REPO/docs/images/"
    say "Written: docs/images. 'make description' brings the addon's page up to date."
}
