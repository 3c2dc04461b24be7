# Sourced by the scripts beside it: where things are, and the few functions that more than one of them needs.
IMAGE_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CHECKOUT=$(cd "$IMAGE_DIR/../.." && pwd)
# Everything that is made once and kept. Must be on a real file system (ext4, xfs): overlays get their upper directories here.
CACHE=${PODCTL_TEST_CACHE:-$CHECKOUT/.cache}

umask 022

say() { echo "${0##*/}: $*" >&2; }
die() { say "$*"; exit 1; }
need_root() { [[ $EUID == 0 ]] || die "needs root"; }

# recipe_hash WORD...: names a cached result after all that went into it
recipe_hash() { printf '%s\n' "$@" | sha256sum | cut -c1-12; }

# debian_tree SUITE TARGET MMDEBSTRAP_OPTION...: a tree of Debian packages, made beside TARGET and renamed, so TARGET is whole or absent
debian_tree() {
    local suite=$1 target=$2
    shift 2
    rm -rf "$target.new"
    # Snapshots and mirrors of sid are often older than its Release file allows.
    mmdebstrap --quiet --mode=root --format=directory --components=main --aptopt='Acquire::Check-Valid-Until "false"' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' "$@" "$suite" "$target.new" >&2
    mv "$target.new" "$target"
}

# make_once DIRECTORY COMMAND...: runs COMMAND unless DIRECTORY exists; two callers at once make it only once.
# Older results of the same kind (same name up to the last dash) go, since nothing would ever use them again, and what a
# killed run left behind.
make_once() {
    local target=$1 lock old
    shift
    [[ -d $target ]] && return
    mkdir -p "$(dirname "$target")"
    exec {lock}<"$(dirname "$target")"
    flock "$lock"
    if [[ ! -d $target ]]; then
        for old in "${target%-*}"-????????????{,.new,.tmp}; do
            [[ -d $old ]] && ! in_use "$old" && rm -rf "$old"
        done
        "$@"
    fi
    exec {lock}<&-
}

# A running host has the tree as a lower directory; removing it below would empty the host.
in_use() { grep -qsF "$1" /proc/[0-9]*/mountinfo; }
