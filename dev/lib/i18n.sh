# Translations: the template and the shipped languages, brought up to date with the code.
# shellcheck shell=bash

LANGUAGES=(zh_CN zh_TW)

cmd_i18n() {
    ensure_test_parts
    ensure_module_db "${DB_PREFIX}_dev"
    logged "The languages could not be loaded." i18n-load \
        odoo_python -m odoo i18n loadlang -c "$ODOO_CONF" -d "${DB_PREFIX}_dev" -l "${LANGUAGES[@]}"
    logged "The texts could not be exported." i18n-export \
        odoo_python -m odoo i18n export -c "$ODOO_CONF" -d "${DB_PREFIX}_dev" \
        -l pot "${LANGUAGES[@]}" -- "$MODULE"
    # the date of the export would be a change in every commit
    sed -i '/^"POT-Creation-Date:/d; /^"PO-Revision-Date:/d' "$REPO/$MODULE"/i18n/*.po*
    say "Up to date: $MODULE/i18n."
}
