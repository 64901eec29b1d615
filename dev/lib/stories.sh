# Stories that hypothesis makes up, in chunks with a seed each: a long run can be stopped, resumed and shared.
# shellcheck shell=bash

STORIES_CHUNK=100 # stories of 25 steps

cmd_stories() { # --seed FIRST --stories COUNT
    local seed=1 count=400 last failed=0
    while (($#)); do
        case $1:${2:-} in
        --seed:[0-9]*) seed=$2 ;;
        --stories:[0-9]*) count=$2 ;;
        *) die "stories takes --seed NUMBER and --stories NUMBER." ;;
        esac
        shift 2
    done
    last=$((seed + (count + STORIES_CHUNK - 1) / STORIES_CHUNK - 1))
    ensure_test_parts
    ensure_addons_db "${DB_PREFIX}_dev" "$MODULE"
    name_finished
    for ((; seed <= last; seed++)); do
        tell_stories "$seed" || failed=1
    done
    return "$failed"
}

# Which seeds have passed, of the module as it is now: what was changed since is told all stories anew.
name_finished() { # sets STORIES_FINISHED
    mkdir -p "$ENV_DIR/stories"
    STORIES_FINISHED=$ENV_DIR/stories/$(hash_of "$STORIES_CHUNK" -- "$REPO/$MODULE")
    touch "$STORIES_FINISHED"
}

tell_stories() { # seed
    local log=$LOG_DIR/stories-$1.log started=$SECONDS
    if grep -qx "$1" "$STORIES_FINISHED"; then
        printf 'seed %s: passed before\n' "$1"
    elif PLAYBOOK_STORIES=$STORIES_CHUNK PLAYBOOK_STORIES_SEED=$1 \
        run_pytest "${DB_PREFIX}_dev" -q -k test_stories >"$log" 2>&1 </dev/null; then
        printf '%s\n' "$1" >>"$STORIES_FINISHED"
        printf 'seed %s: passed (%s steps, %s s)\n' "$1" "$((STORIES_CHUNK * 25))" "$((SECONDS - started))"
    else
        printf 'seed %s: FAILED (details: %s)\n' "$1" "$(shown "$log")"
        return 1
    fi
}

cmd_year() { # seed
    local seed=${1:-1}
    [[ $seed =~ ^[0-9]+$ ]] || die "year takes a number."
    ensure_test_parts
    ensure_addons_db "${DB_PREFIX}_year" "$MODULE"
    PLAYBOOK_YEAR=1 PLAYBOOK_YEAR_SEED=$seed run_pytest "${DB_PREFIX}_year" -q -s -k TestYear </dev/null
}
