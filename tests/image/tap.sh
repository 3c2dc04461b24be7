# Sourced by the scripts beside it that print their results as TAP does.
NUMBER=0 FAILED=0

# step NAME FUNCTION: runs it in a subshell in which the first command that fails is the failure. What on_failure prints, where there is one, comes with the log.
step() {
    local status log
    log=$(mktemp)
    NUMBER=$((NUMBER + 1))
    # Not in a condition: that would switch errexit off inside.
    set +e
    (set -ex; "$2") >"$log" 2>&1
    status=$?
    set -e
    if ((status == 0)); then
        echo "ok $NUMBER $1"
    else
        echo "not ok $NUMBER $1"
        sed 's/^/# /' "$log"
        ! declare -F on_failure >/dev/null || on_failure 2>&1 | sed 's/^/# /' || true
        FAILED=$((FAILED + 1))
    fi
    rm -f "$log"
}

same() { # WHAT EXPECTED ACTUAL
    local -
    set +x
    [[ $2 == "$3" ]] || { printf 'expected of %s:\n%s\nbut it is:\n%s\n' "$1" "$2" "$3"; return 1; }
}
