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

# ---- what hosts and machines share ---------------------------------------------------------------------------------------

# What podctl and its tests need of a host. libstdc++6 is the .NET runtime's; the rest of it is bound from this machine.
TREE_PACKAGES=systemd,systemd-sysv,systemd-container,dbus,libpam-systemd,libnss-systemd,util-linux,procps,iproute2,iptables,nftables
TREE_PACKAGES+=,containernetworking-plugins,docker-registry,skopeo,umoci,jq,libstdc++6,ca-certificates,openssl,zstd,attr,bash-completion,man-db,strace

dotnet_root() { local dotnet; dotnet=$(command -v dotnet) && dirname "$(readlink -f "$dotnet")" || true; }

# Makes a test host of a root that is meant for something else. Runs once per host, through the overlay.
furnish() {
    local root=$1 name=$2 tree=$3 dotnet=$4 etc=$1/etc unit
    # The services of this machine stay out: nothing that was enabled here is, and no generator adds any.
    rm -rf "$etc/systemd/system" "$etc/fstab"
    mkdir -p "$etc"/systemd/{system,system-generators,journald.conf.d} "$etc/test-registry" "$root"/{results,src,images,var/lib/test-registry}
    for unit in "$root"/usr/lib/systemd/system-generators/*; do ln -sf /dev/null "$etc/systemd/system-generators/${unit##*/}"; done
    # Units of a machine with hardware, screens and package updates.
    for unit in getty.target console-getty.service systemd-udev-trigger.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount \
        dev-hugepages.mount sys-kernel-{debug,tracing,config}.mount sys-fs-fuse-connections.mount systemd-firstboot.service \
        systemd-modules-load.service systemd-update-utmp.service systemd-update-utmp-runlevel.service var-lib-machines.mount systemd-timesyncd.service; do
        ln -s /dev/null "$etc/systemd/system/$unit"
    done
    ln -s /usr/lib/systemd/system/multi-user.target "$etc/systemd/system/default.target"

    rm -f "$etc/machine-id" "$root/var/lib/dbus/machine-id"
    tr -d - </proc/sys/kernel/random/uuid >"$etc/machine-id"
    echo "$name" >"$etc/hostname"
    printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$name" >"$etc/hosts"
    printf '[Journal]\nStorage=persistent\nSystemMaxUse=256M\n' >"$etc/systemd/journald.conf.d/persistent.conf"

    cp -rL "$IMAGE_DIR/files/." "$root/" # the registry's units and configuration
    mkdir -p "$etc/systemd/system/multi-user.target.wants"
    for unit in test-registry test-registry-login test-registry-tls; do ln -s "../$unit.service" "$etc/systemd/system/multi-user.target.wants/"; done

    if [[ $tree != / && $dotnet ]]; then ln -s "$dotnet/dotnet" "$root/usr/local/bin/dotnet"; fi
    echo "$name" >"$etc/podctl-test-host" # tells tests that they may do as they please, and the next boot that this was done
}
