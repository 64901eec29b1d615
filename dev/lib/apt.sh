# A private apt: its own source list, index and cache; the machine's mirror, keys and network settings.
# shellcheck shell=bash

private_apt() { apt-get -c "$APT_DIR/apt.conf" "$@"; }

# The mirror, suite and keyring of the machine's main archive, e.g. "<address> bookworm <keyring>".
machine_archive() {
    local codename keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
    [[ -f $keyring ]] || apt_install "The Debian archive's keyring" debian-archive-keyring
    # shellcheck disable=SC2016  # apt fills these in, not the shell
    apt-get indextargets --format '$(COMPONENT)|$(RELEASE)|$(ORIGIN)|$(REPO_URI)' 'Created-By: Packages' |
        awk -F '|' -v codename="$codename" -v keyring="$keyring" '
            $1 != "main" || ($2 != codename && $2 !~ /^(stable|oldstable|testing|sid|unstable)$/) { next }
            !found || (!sure && $3 == "Debian") { found = $4 " " $2 " " keyring; sure = $3 == "Debian" }
            END { print found }'
}

write_apt_conf() {
    local uri suite keyring options
    read -r uri suite keyring < <(machine_archive) || true
    [[ -n ${uri:-} ]] ||
        die "The machine's apt names no Debian archive to fetch Odoo from; $OWN_CHECKOUT_HINT."
    mkdir -p "$APT_DIR"/{lists,cache/archives,parts}/partial
    options="[signed-by=$keyring target=Packages arch=$(dpkg --print-architecture)]"
    printf 'deb %s %s %s main\n' "$options" "$uri" "$ODOO_SUITE" >"$APT_DIR/sources.list"
    [[ $suite == "$ODOO_SUITE" ]] ||
        printf 'deb %s %s %s main\n' "$options" "$uri" "$suite" >>"$APT_DIR/sources.list"
    : >"$APT_DIR/status"
    cat >"$APT_DIR/apt.conf" <<EOT
Dir::Etc::SourceList "$APT_DIR/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "$APT_DIR";
Dir::State::Lists "$APT_DIR/lists";
Dir::State::Status "$APT_DIR/status";
Dir::Cache "$APT_DIR/cache";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOT
}
