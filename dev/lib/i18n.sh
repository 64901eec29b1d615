# Translations: the template and the shipped languages, brought up to date with the code.
# shellcheck shell=bash

LANGUAGES=(zh_CN.po zh_TW.po)
I18N_DIR=$REPO/$MODULE/i18n

cmd_i18n() {
    ensure_test_parts
    use_run_db # a fresh one: data that an update leaves alone would export its old texts
    clone_template "$RUN_DB"
    load_modules "$RUN_DB" install-i18n -i "$MODULE"
    export_pot "$RUN_DB" "$I18N_DIR/$MODULE.pot"
    odoo_python "$REPO/dev/merge_translations.py" "$I18N_DIR/$MODULE.pot" "${LANGUAGES[@]/#/$I18N_DIR/}"
    say "Up to date: $MODULE/i18n."
}

export_pot() { # database with the module just installed, file
    logged "The texts could not be exported." i18n-export \
        odoo_python -m odoo i18n export -c "$ODOO_CONF" -d "$1" -l pot -o "$2" -- "$MODULE"
    # the date of the export would be a change in every commit
    sed -i '/^"POT-Creation-Date:/d; /^"PO-Revision-Date:/d' "$2"
}

# Fails where a text of the code is not in the committed template, or the other way round.
check_pot() { # database with the module just installed
    local exported=$LOG_DIR/$MODULE.pot
    export_pot "$1" "$exported"
    diff -u "$I18N_DIR/$MODULE.pot" "$exported" >"$LOG_DIR/i18n.diff" ||
        die "$MODULE/i18n/$MODULE.pot is not what the code says (details: $(shown "$LOG_DIR/i18n.diff")): run 'make i18n'."
}
