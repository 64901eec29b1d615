# Translations: the template and the shipped languages, brought up to date with the code.
# shellcheck shell=bash

LANGUAGES=(zh_CN.po zh_TW.po)

cmd_i18n() {
    local folder=$REPO/$MODULE/i18n
    ensure_test_parts
    ensure_module_db "${DB_PREFIX}_dev"
    logged "The texts could not be exported." i18n-export \
        odoo_python -m odoo i18n export -c "$ODOO_CONF" -d "${DB_PREFIX}_dev" -l pot -- "$MODULE"
    # the date of the export would be a change in every commit
    sed -i '/^"POT-Creation-Date:/d; /^"PO-Revision-Date:/d' "$folder/$MODULE.pot"
    odoo_python "$REPO/dev/merge_translations.py" "$folder/$MODULE.pot" "${LANGUAGES[@]/#/$folder/}"
    say "Up to date: $MODULE/i18n."
}
