# Translations: the template and the shipped languages, brought up to date with the code.
# shellcheck shell=bash

LANGUAGES=(zh_CN.po zh_TW.po)

cmd_i18n() {
    local folder=$REPO/$MODULE/i18n
    ensure_test_parts
    use_run_db # a fresh one: data that an update leaves alone would export its old texts
    clone_template "$RUN_DB"
    load_modules "$RUN_DB" install-i18n -i "$MODULE"
    logged "The texts could not be exported." i18n-export \
        odoo_python -m odoo i18n export -c "$ODOO_CONF" -d "$RUN_DB" -l pot -- "$MODULE"
    # the date of the export would be a change in every commit
    sed -i '/^"POT-Creation-Date:/d; /^"PO-Revision-Date:/d' "$folder/$MODULE.pot"
    odoo_python "$REPO/dev/merge_translations.py" "$folder/$MODULE.pot" "${LANGUAGES[@]/#/$folder/}"
    say "Up to date: $MODULE/i18n."
}
