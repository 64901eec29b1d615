# What is downloaded, and the versions known to work. (Python and npm packages: the lock files.)
# shellcheck shell=bash

MODULE=sales_funnel_playbook
# The addons beside it, each a folder of its own: they are tested together, in a database with all of them.
mapfile -t OTHERS < <(find "$REPO" -mindepth 2 -maxdepth 2 -path "*/${MODULE}_*/__manifest__.py" -printf '%h\n' |
    xargs -r -n 1 basename | sort)
ADDONS=("$MODULE" "${OTHERS[@]}")
OTHERS_APPS=website_event # with whose pages they are tried, too
# The apps of Odoo that they join to the module: a template of its own has them.
JOINED_APPS=event_crm,website_crm,project,sale_crm,$OTHERS_APPS

ODOO_SUITE=sid
ODOO_PACKAGE=odoo-19
ODOO_KNOWN_VERSION=19.0.0+dfsg-1
# The packages that the links inside odoo-19 point to.
ODOO_LINKED_PACKAGES=(
    fonts-montserrat fonts-roboto-unhinted fonts-inconsolata fonts-ocr-b fonts-glyphicons-halflings
    libjs-jquery libjs-underscore libjs-jquery-form
)
# Odoo draws its icons with version 4.7; newer suites only carry later ones.
FONT_AWESOME_VERSION=4.7
FONT_AWESOME_NPM=font-awesome@4.7.0
# Raise this to have the tree unpacked anew after a change of what is done to it.
ODOO_TREE_REVISION=1

PYTHON_MIN=3.10
PYTHON_MAX=3.13
