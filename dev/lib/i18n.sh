# Translations: the template and the shipped languages, brought up to date with the code.
# shellcheck shell=bash

LANGUAGES=(zh_CN.po zh_TW.po)

pot_of() { printf '%s' "$REPO/$1/i18n/$1.pot"; } # addon

cmd_i18n() {
    local addon
    ensure_test_parts
    use_run_db # a fresh one: data that an update leaves alone would export its old texts
    clone_template "$RUN_DB"
    load_modules "$RUN_DB" install-i18n -i "$MODULE"
    update_texts "$RUN_DB" "$MODULE" # before others add theirs to its models
    ((${#OTHERS[@]})) || return 0
    load_modules "$RUN_DB" install-i18n -i "$(others_list)"
    for addon in "${OTHERS[@]}"; do update_texts "$RUN_DB" "$addon"; done
}

others_list() { local IFS=,; printf '%s' "${OTHERS[*]}"; }

update_texts() { # database with the addon just installed, addon
    local pot
    pot=$(pot_of "$2")
    mkdir -p "$(dirname "$pot")"
    export_pot "$1" "$2" "$pot"
    odoo_python "$REPO/dev/merge_translations.py" "$pot" "${LANGUAGES[@]/#/$(dirname "$pot")/}"
    say "Up to date: $2/i18n."
}

export_pot() { # database with the addon just installed, addon, file
    logged "The texts could not be exported." i18n-export \
        odoo_python -m odoo i18n export -c "$ODOO_CONF" -d "$1" -l pot -o "$3" -- "$2"
    # the date of the export would be a change in every commit
    sed -i '/^"POT-Creation-Date:/d; /^"PO-Revision-Date:/d' "$3"
}

# Fails where a text of the code is not in the committed template, or the other way round.
check_pot() { # database with the addon just installed, addon
    local exported=$LOG_DIR/$2.pot
    export_pot "$1" "$2" "$exported"
    diff -u "$(pot_of "$2")" "$exported" >"$LOG_DIR/i18n.diff" ||
        die "$2/i18n/$2.pot is not what the code says (details: $(shown "$LOG_DIR/i18n.diff")): run 'make i18n'."
}
