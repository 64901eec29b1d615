# The addon as a Python package, and what presents it.
# shellcheck shell=bash

DIST_DIR=$ENV_DIR/dist

# With the build tools that are pinned for this repository, and no network.
build_wheel() { # the folder it comes into, addon
    lint_python pip wheel --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation \
        --check-build-dependencies --wheel-dir "$1" "$REPO/$2"
}

judge_wheel() { "$LINT_VENV/bin/python" "$REPO/dev/check_package.py" "$1" "$REPO/$2"; } # wheel, addon

cmd_package() {
    local addon wheel
    ensure_lint
    rm -rf "$DIST_DIR"
    for addon in "${ADDONS[@]}"; do
        logged "The wheel could not be built." package build_wheel "$DIST_DIR/$addon" "$addon"
        judge_wheel "$DIST_DIR/$addon"/*.whl "$addon"
        mv "$DIST_DIR/$addon"/*.whl "$DIST_DIR"
        rmdir "$DIST_DIR/$addon"
    done
    for wheel in "$DIST_DIR"/*.whl; do say "Built: $(shown "$wheel")."; done
}

check_wheels() {
    local addon folder status=0
    folder=$(mktemp -d "$ENV_DIR/wheel.XXXXXX")
    for addon in "${ADDONS[@]}"; do
        build_wheel "$folder/$addon" "$addon" && judge_wheel "$folder/$addon"/*.whl "$addon" ||
            status=$?
    done
    rm -rf "$folder"
    return "$status"
}

# shellcheck disable=SC2120 # lint gives it --check
make_descriptions() {
    local addon status=0
    for addon in "${ADDONS[@]}"; do
        "$LINT_VENV/bin/python" "$REPO/dev/make_description.py" "$addon" docs/images "$@" || status=$?
    done
    return "$status"
}

cmd_description() {
    ensure_lint
    ensure_browser
    cd "$REPO"
    make_descriptions # of all addons
    draw_icon
    draw_banners
}

# The icon as Odoo wants it, from the drawing; it is left alone as long as the drawing is.
draw_icon() {
    local folder=$REPO/$MODULE/static/description html=$ENV_DIR/icon.html
    if [[ -f $folder/icon.png ]] && is_done icon "$(hash_of -- "$folder"/icon.*)"; then return; fi
    printf '<body style="margin:0"><img src="file://%s" width="128" height="128" style="display:block">' \
        "$folder/icon.svg" >"$html"
    logged "The browser could not draw the icon." icon run_browser --default-background-color=00000000 \
        --window-size=128,128 --hide-scrollbars --screenshot="$folder/icon.png" "file://$html"
    mark_done icon "$(hash_of -- "$folder"/icon.*)"
    say "Drawn: $(shown "$folder/icon.png")."
}

# What an app store shows first, from the name, the summary and a picture of the description.
draw_banners() {
    local addon html=$ENV_DIR/banner.html banner
    for addon in "${ADDONS[@]}"; do
        "$LINT_VENV/bin/python" "$REPO/dev/make_description.py" "$addon" docs/images --banner "$html"
        banner=$REPO/$addon/static/description/banner.png
        if [[ -f $banner ]] && is_done "banner-$addon" "$(hash_of -- "$html" "$banner")"; then continue; fi
        logged "The browser could not draw the banner." banner run_browser --window-size=1120,560 \
            --hide-scrollbars --screenshot="$banner" "file://$html"
        mark_done "banner-$addon" "$(hash_of -- "$html" "$banner")"
        say "Drawn: $(shown "$banner")."
    done
}
