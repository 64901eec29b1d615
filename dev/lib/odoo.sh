# Odoo 19: the developer's own checkout (ODOO_HOME), else the Debian archive's package, unpacked.
# shellcheck shell=bash

APT_DIR=$ENV_DIR/apt
ODOO_TREE=$ENV_DIR/odoo
DIST_PACKAGES=usr/lib/python3/dist-packages
OWN_CHECKOUT_HINT="set ODOO_HOME to the path of an Odoo 19 checkout and run this again"

odoo_python_path() { printf '%s' "${ODOO_HOME:-$ODOO_TREE/$DIST_PACKAGES}"; }

odoo_key() { hash_of "$ODOO_PACKAGE" "$ODOO_SUITE" "$ODOO_TREE_REVISION" "${ODOO_LINKED_PACKAGES[@]}"; }

# Changes when Odoo's own files do: part of the key of the database template.
odoo_version() {
    if [[ -n ${ODOO_HOME:-} ]]; then
        printf '%s %s' "$ODOO_HOME" "$(git -C "$ODOO_HOME" rev-parse HEAD 2>/dev/null || true)"
    else
        cat "$ODOO_TREE/VERSION"
    fi
}

ensure_odoo() {
    if [[ -n ${ODOO_HOME:-} ]]; then
        check_odoo_home
        return
    fi
    is_done odoo "$(odoo_key)" && return
    with_lock make_odoo
}

check_odoo_home() {
    [[ -f $ODOO_HOME/odoo/release.py ]] ||
        die "ODOO_HOME is $ODOO_HOME, which has no odoo/release.py; it must be the root of an Odoo 19 checkout."
    grep -Eq '^version_info = \(19, 0,' "$ODOO_HOME/odoo/release.py" ||
        die "ODOO_HOME is $ODOO_HOME, which is not Odoo 19.0."
    ODOO_HOME=$(cd -- "$ODOO_HOME" && pwd -P)
}

make_odoo() {
    is_done odoo "$(odoo_key)" && return
    local version
    have apt-get || die "Odoo is fetched with apt-get, which this machine lacks; $OWN_CHECKOUT_HINT."
    have dpkg-deb || die "Odoo is unpacked with dpkg-deb, which this machine lacks; $OWN_CHECKOUT_HINT."
    mark_undone odoo
    say "Reading the Debian archive's index …"
    write_apt_conf
    logged "The Debian archive could not be read; please check the network, or $OWN_CHECKOUT_HINT." \
        apt-update private_apt update
    version=$(archive_version)
    fetch_odoo "$version"
    unpack_odoo "$version"
    mark_done odoo "$(odoo_key)"
    rm -rf "$APT_DIR"
}

archive_version() {
    local version
    version=$(apt-cache -c "$APT_DIR/apt.conf" policy "$ODOO_PACKAGE" | sed -n 's/^ *Candidate: *//p')
    [[ -n $version && $version != "(none)" ]] ||
        die "The Debian archive has no $ODOO_PACKAGE (any more); $OWN_CHECKOUT_HINT."
    [[ $version == "$ODOO_KNOWN_VERSION" ]] ||
        say "Note: the archive has $ODOO_PACKAGE $version; this repository was tried with $ODOO_KNOWN_VERSION."
    printf '%s' "$version"
}

fetch_odoo() {
    say "Fetching $ODOO_PACKAGE $1 (about 130 MB) …"
    mkdir -p "$APT_DIR/debs"
    (
        cd "$APT_DIR/debs"
        logged "Odoo could not be fetched from the Debian archive; please try again (what is there is kept)." \
            apt-download private_apt download "$ODOO_PACKAGE/$ODOO_SUITE" \
            "${ODOO_LINKED_PACKAGES[@]/%//$ODOO_SUITE}"
    )
}

unpack_odoo() { # into a new folder, which takes its place when it is complete
    local new=$ODOO_TREE.new deb
    say "Unpacking Odoo …"
    rm -rf "$new"
    mkdir -p "$new"
    for deb in "$APT_DIR"/debs/*.deb; do
        logged "A package of Odoo could not be unpacked; is the disk full?" unpack dpkg-deb -x "$deb" "$new"
    done
    add_font_awesome "$new"
    complete_odoo_tree "$new"
    printf '%s\n' "$1" >"$new/VERSION"
    rm -rf "$ODOO_TREE"
    mv "$new" "$ODOO_TREE"
}

# Icons: from the machine's own suite where that still has 4.7, else from npm.
add_font_awesome() {
    local version debs=$APT_DIR/font-awesome
    version=$(apt-cache -c "$APT_DIR/apt.conf" madison fonts-font-awesome |
        awk -v v="really$FONT_AWESOME_VERSION" 'index($3, v) {print $3; exit}')
    mkdir -p "$debs"
    cd "$debs"
    if [[ -n $version ]]; then
        logged "Font Awesome could not be fetched; please try again." font-awesome \
            private_apt download "fonts-font-awesome=$version"
        dpkg-deb -x fonts-font-awesome_*.deb "$1"
    else
        ensure_lint
        logged "Font Awesome could not be fetched from npm; please try again." font-awesome \
            run_npm pack --silent "$FONT_AWESOME_NPM"
        mkdir -p "$1/usr/share/fonts-font-awesome"
        tar -xzf font-awesome-*.tgz -C "$1/usr/share/fonts-font-awesome" --strip-components=1
    fi
    cd "$REPO"
}

# What Debian leaves out, and browser tests stumble over.
complete_odoo_tree() {
    local addons=$1/$DIST_PACKAGES/odoo/addons segmentation inconsolata
    segmentation=$addons/mail/static/lib/selfie_segmentation
    mkdir -p "$segmentation"
    : >"$segmentation/selfie_segmentation.js"
    inconsolata=$(find "$1/usr/share/fonts" -name 'Inconsolata*Regular*' -print -quit)
    [[ -z $inconsolata ]] || ln -sf "$(realpath --relative-to="$addons/point_of_sale/static/src/fonts" \
        "$inconsolata")" "$addons/point_of_sale/static/src/fonts/Inconsolata.otf"
    find "$1" -xtype l >"$LOG_DIR/dangling-links.log"
    [[ ! -s $LOG_DIR/dangling-links.log ]] ||
        say "Note: some links inside Odoo point nowhere (list: $(shown "$LOG_DIR/dangling-links.log"))."
}

write_odoo_conf() {
    local addons_path="" text
    [[ -f $REPO/$MODULE/__manifest__.py ]] && addons_path=$REPO
    text="[options]
addons_path = $(odoo_python_path)/odoo/addons${addons_path:+,$addons_path}
data_dir = $ENV_DIR/data
http_interface = 127.0.0.1
list_db = False
proxy_mode = False
max_cron_threads = 0"
    [[ -f $ODOO_CONF && $(<"$ODOO_CONF") == "$text" ]] && return
    printf '%s\n' "$text" >"$ODOO_CONF.$$"
    mv -f "$ODOO_CONF.$$" "$ODOO_CONF"
}
