# The module beside its neighbours: Odoo's apps that touch CRM, and the association's addons (dev/apps).
# shellcheck shell=bash

APPS_DIR=$ENV_DIR/apps
APPS_ADDONS=$APPS_DIR/addons
APPS_DB=${DB_PREFIX}_apps
APPS_REVISION=1 # raise to have the base made anew
APPS=(
    crm sale_crm website_crm event_crm survey_crm mass_mailing_crm crm_livechat crm_sms crm_mail_plugin iap_crm
    partnership website_crm_partner_assign website_crm_livechat website_crm_sms gamification_sale_crm test_crm_full
    test_mail calendar resource sales_team digest base_import utm
)
APPS_PIDS=() # of the runs that are on

cmd_test_apps() { # modules to restrict the tests to
    local modules=("$@") tags kept
    require_addon
    ensure_template
    ensure_browser
    ensure_apps_addons
    (($#)) || mapfile -t modules < <(app_names)
    require_apps "${modules[@]}"
    ensure_apps_base
    tags=$(printf ',/%s' "${modules[@]}")
    use_run_db
    trap end_test_apps EXIT
    trap 'exit 1' INT TERM
    kept=$APPS_DIR/without-$(hash_of "$(apps_key)" "$tags" -- "$REPO/dev/apps/runner.py").log
    run_both "${tags#,}" "$kept"
    PYTHONPATH=$REPO/dev "$VENV/bin/python" -m apps.compare "$kept" "$LOG_DIR/apps-with.log"
}

app_names() { printf '%s\n' "${APPS[@]}" && ls "$APPS_ADDONS/odoo/addons"; }

# What the addons beside the module need is there without them, too: only they make the difference.
needed_names() {
    "$VENV/bin/python" - "$REPO" "${ADDONS[@]}" <<'PYTHON'
import ast
import sys
from pathlib import Path

repo, *addons = sys.argv[1:]
manifests = [ast.literal_eval(Path(repo, addon, "__manifest__.py").read_text()) for addon in addons]
print(*sorted({name for one in manifests for name in one["depends"]} - {*addons}), sep="\n")
PYTHON
}

require_apps() { # names
    local name known
    known=$(app_names | paste -sd ' ' -)
    for name in "$@"; do
        [[ " $known " == *" $name "* ]] || die "There is no app '$name' here; there are: $known."
    done
}

apps_key() { hash_of "$(template_key)" "$APPS_REVISION" "${APPS[@]}" "$(needed_names)" -- "$REPO/dev/apps/requirements.txt"; }

ensure_apps_addons() {
    local key
    key=$(hash_of -- "$REPO/dev/apps/requirements.txt")
    if [[ -d $APPS_ADDONS ]] && is_done apps-addons "$key"; then return; fi
    rm -rf "$APPS_ADDONS"
    logged "The addons that the module is tried with could not be installed; please check the network." \
        apps-addons "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --no-deps \
        --require-hashes --target "$APPS_ADDONS" -r "$REPO/dev/apps/requirements.txt"
    mark_done apps-addons "$key"
}

apps_path() { printf '%s,%s,%s' "$(odoo_python_path)/odoo/addons" "$APPS_ADDONS/odoo/addons" "$REPO"; }

# A database with all of them, and what the tests say without the module: both are kept.
ensure_apps_base() {
    local names
    if db_exists "$APPS_DB" && is_done "made-$APPS_DB" "$(apps_key)"; then return; fi
    mark_undone "made-$APPS_DB"
    rm -f "$APPS_DIR"/without-*.log
    say "Making database $APPS_DB with all apps that touch CRM (about five minutes) …"
    clone_template "$APPS_DB"
    names=$({ app_names && needed_names; } | sort -u | paste -sd, -)
    logged "The apps could not be installed into database $APPS_DB." apps-base \
        odoo_quiet -d "$APPS_DB" --addons-path "$(apps_path)" -i "$names" --stop-after-init
    logged "The assets of the apps could not be made in database $APPS_DB." apps-assets make_apps_assets
    mark_done "made-$APPS_DB" "$(apps_key)"
}

# What browser tests load: Odoo makes it before they begin, which takes minutes; most is the same in all copies.
make_apps_assets() {
    odoo_python -m odoo shell --config "$ODOO_CONF" -d "$APPS_DB" --addons-path "$(apps_path)" --no-http <<'PYTHON'
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
PYTHON
}

copy_apps_base() { # as database $1
    drop_db "$1"
    sql -c "CREATE DATABASE \"$1\" TEMPLATE \"$APPS_DB\"" ||
        die "Database $1 could not be made; is something still connected to $APPS_DB?"
    cp -al "$FILESTORE/$APPS_DB" "$FILESTORE/$1"
}

# Side by side: the run with the module and, unless its log is kept, the one without.
run_both() { # tags, the log kept
    local tags=$1 kept=$2
    if [[ -f $kept ]]; then
        say "What the tests say without the module is known from an earlier run."
    else
        copy_apps_base "${RUN_DB}_without"
        run_app_tests without "$tags" &
        APPS_PIDS+=($!)
    fi
    copy_apps_base "${RUN_DB}_with"
    say "Installing the module and the addons beside it …"
    load_modules "${RUN_DB}_with" install-apps --addons-path "$(apps_path)" -i "$MODULE,$(others_list)"
    say "Running the tests of the apps …"
    run_app_tests with "$tags" &
    APPS_PIDS+=($!)
    wait "${APPS_PIDS[@]}" || true # tests that fail: what that means is for the comparison to say
    APPS_PIDS=()
    [[ -f $kept ]] || keep_log "$LOG_DIR/apps-without.log" "$kept"
}

keep_log() { # if the run came to its end, as the file $2
    grep -aq 'tests when loading database' "$1" ||
        die "Without the module the tests did not run to their end (details: $(shown "$1"))."
    mv "$1" "$2"
}

run_app_tests() { # with or without, tags
    local db=${RUN_DB}_$1
    reserve_port
    PYTHONPATH="$(odoo_python_path)" PYTHONNOUSERSITE=1 exec "$VENV/bin/python" "$REPO/dev/apps/runner.py" \
        --config "$ODOO_CONF" -d "$db" --db-filter "^$db\$" --addons-path "$(apps_path)" --http-port "$FREE_PORT" \
        --test-tags "$2" --stop-after-init --screenshots "$LOG_DIR/screenshots" >"$LOG_DIR/apps-$1.log" 2>&1 </dev/null
}

end_test_apps() {
    ((${#APPS_PIDS[@]} == 0)) || kill "${APPS_PIDS[@]}" 2>/dev/null || true
    drop_run_dbs
}
