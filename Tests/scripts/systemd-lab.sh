#!/bin/bash
# A real systemd with a real journal, booted in a moment and thrown away.
#
# What depends on systemd is tested under systemd: as PID 1 of a PID namespace of its own, sharing
# this machine's files. There is no image and nothing is downloaded. It takes root, and the Debian
# packages systemd, dbus and util-linux, which `deps` installs.
#
#   systemd-lab.sh up               boot; returns when the boot has finished
#   systemd-lab.sh run COMMAND...   run a command inside, as root
#   systemd-lab.sh sh 'SCRIPT'      the same through bash -c
#   systemd-lab.sh install UNIT...  copy units or drop-in folders inside, and daemon-reload
#   systemd-lab.sh root             print the path by which the inside's / is reached from outside
#   systemd-lab.sh pid              print the outside's number of the inside's PID 1
#   systemd-lab.sh status           exit status 0 if it is up, 3 if not
#   systemd-lab.sh log [OPTION...]  print the inside's journal
#   systemd-lab.sh down [--kill]    power off, or kill at once, and leave nothing behind
#   systemd-lab.sh deps             install what is missing
#
# Settings, from the environment:
#   LAB_NAME=lab        several labs run side by side under different names
#   LAB_NET=private     a network of its own with nothing but loopback (127.0.0.0/8 and ::1);
#                       LAB_NET=host shares this machine's
#   LAB_BIND="DIR[=DEST][:rw] ..."
#                       folders to be seen inside, at the same path or at DEST, read-only unless
#                       :rw. Needed for what lies under /tmp or /run. A service with PrivateTmp= or
#                       ProtectHome= doesn't see /tmp and /home: give a build folder there a DEST.
#   LAB_TIMEOUT=30      seconds that `up` waits
#   LAB_DOWN_TIMEOUT=20 seconds that `down` waits before it kills
#
# Inside, / is a tmpfs. /etc /usr /var /root /home are overlays over this machine's, whose writes go
# to memory; /run /tmp /dev/shm are empty; other top folders are this machine's, read-only, each with
# what is mounted below it. /host is this machine's /, read-only, with nothing that is mounted there.
# This machine's own units in /etc, its journal, fstab and unit generators are left out, and so is what
# would reach for its hardware.
#
# Memory and task limits of units have no effect: the cgroup's controllers stay this machine's.
set -u
export LC_ALL=C.UTF-8

SELF=$(readlink -f -- "${BASH_SOURCE[0]}")
NAME=${LAB_NAME:-lab}
LABS=/run/systemd-lab
STATE=$LABS/$NAME
OVERLAYS="etc usr var root home"

say() { echo "systemd-lab[$NAME]: $*" >&2; }
die() { say "$*"; exit 1; }

case $NAME in
'' | *[!a-zA-Z0-9_-]*) die "LAB_NAME takes letters, digits, - and _" ;;
esac

# ---- Who is there -------------------------------------------------------------------------------

# When a process started, which together with its number says who it is. False if it is gone.
start_time() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # The name, in parentheses, may contain anything; the state follows it.
    read -ra stat <<<"${stat##*) }"
    case ${stat[0]} in Z | X) return 1 ;; esac
    echo "${stat[19]}"
}

# Whether the process that a file of ours names still is that one. Sets FOUND to its number.
is_alive() {
    local number started
    FOUND=
    read -r number started 2>/dev/null <"$1" || return 1
    [ "$(start_time "$number")" = "$started" ] && FOUND=$number
}

is_up() { is_alive "$STATE/pid1" && PID1=$FOUND; }

# Runs a command inside, in the same folder if that is there.
enter() {
    local folder=/
    [ -d "/proc/$PID1/root$PWD" ] && folder=$PWD
    exec nsenter -t "$PID1" -m -u -i -n -p -C -- \
        env -u XDG_RUNTIME_DIR -u DBUS_SESSION_BUS_ADDRESS -u TMPDIR \
        -u NOTIFY_SOCKET -u LISTEN_FDS -u LISTEN_PID -u JOURNAL_STREAM -u INVOCATION_ID \
        SYSTEMD_PAGER=cat PAGER=cat SYSTEMD_LESS= \
        /bin/sh -c 'cd "$1" 2>/dev/null || cd /; shift; exec "$@"' sh "$folder" "$@"
}

enter_and_return() { (enter "$@"); }

# ---- Booting: the parent, outside ---------------------------------------------------------------

# A cgroup for the lab, which sees it as the root. Below ours, or at the top where ours takes none.
make_cgroup() {
    local top own folder
    top=$(findmnt --noheadings --first-only --output TARGET --types cgroup2) ||
        die "no cgroup2 is mounted here"
    own=$(sed -n 's/^0:://p' /proc/self/cgroup)
    folder=$top${own%/}/systemd-lab-$NAME
    [ -w "$top${own%/}/cgroup.procs" ] || folder=$top/systemd-lab-$NAME
    mkdir -p "$folder" || die "cannot make the cgroup $folder"
    echo "$folder" >"$STATE/cgroup"
}

# Starts the namespaces' first process with a session of its own and none of our descriptors: a
# caller that waits for the end of our output must not wait for the lab's.
start_detached() {
    local descriptor namespaces=(--mount --pid --uts --ipc)
    [ "$LAB_NET" = private ] && namespaces+=(--net)
    (
        for descriptor in /proc/self/fd/*; do
            descriptor=${descriptor##*/}
            [ "$descriptor" -gt 2 ] && eval "exec $descriptor>&-" 2>/dev/null
        done
        cd /
        exec setsid unshare "${namespaces[@]}" --propagation private --fork --kill-child \
            /bin/bash "$SELF" __first >"$STATE/boot.log" 2>&1 </dev/null
    ) &
    PARENT=$!
    disown "$PARENT" 2>/dev/null
    echo "$PARENT $(start_time "$PARENT")" >"$STATE/parent"
}

wait_for_boot() {
    local state='' deadline=$(($(date +%s) + ${LAB_TIMEOUT:-30}))
    while :; do
        if is_up && [ -S "/proc/$PID1/root/run/systemd/private" ]; then
            state=$(enter_and_return systemctl is-system-running 2>/dev/null)
            case $state in running | degraded) break ;; esac
        fi
        if [ ! -d "/proc/$PARENT" ]; then
            say "it did not start:"
            cat "$STATE/boot.log" >&2
            remove_traces
            exit 1
        fi
        if [ "$(date +%s)" -ge "$deadline" ]; then
            say "not booted after ${LAB_TIMEOUT:-30} s (state: ${state:-none})"
            cat "$STATE/boot.log" >&2
            is_up && enter_and_return journalctl --no-pager -n 50 >&2
            power_off --kill
            exit 1
        fi
        sleep 0.02
    done
    [ "$state" = running ] || enter_and_return systemctl --failed --no-legend --no-pager >&2
    say "up, $state, PID 1 is $PID1 here, net=$LAB_NET"
}

boot() {
    [ "$(id -u)" = 0 ] || die "needs root"
    [ -x /lib/systemd/systemd-journald ] || die "no systemd here: run '$0 deps'"
    if is_up; then
        say "already up (PID $PID1)"
        return
    fi
    [ -e "$STATE" ] && remove_traces
    mkdir -p "$STATE"
    export LAB_NET=${LAB_NET:-private}
    case $LAB_NET in host | private) ;; *) die "LAB_NET is host or private" ;; esac
    make_cgroup
    start_detached
    wait_for_boot
}

# ---- Booting: the first process, inside ----------------------------------------------------------

# Joins the cgroup and only then makes it the root of a cgroup namespace. The waiting parent stays
# out of it: systemd would read it there as "PID 0", and fail.
first_process() {
    local me _
    # /proc is still the outside's here, so this is our number there.
    read -r me _ </proc/self/stat
    echo 0 >"$(cat "$STATE/cgroup")/cgroup.procs" || exit 1
    echo "$me $(start_time "$me")" >"$STATE/pid1.new"
    mv "$STATE/pid1.new" "$STATE/pid1"
    exec unshare --cgroup /bin/bash "$SELF" __second
}

second_process() {
    set -e
    ROOT=$STATE/root
    mkdir -p "$ROOT"
    mount -t tmpfs -o mode=0755 lab-root "$ROOT"
    mkdir -p "$ROOT"/{proc,sys,dev,run,tmp,host,.old}
    mount_files
    mount_devices
    mount_kernel
    configure
    bind_folders
    [ "$LAB_NET" = private ] && ip_loopback_up
    cd "$ROOT"
    pivot_root . .old
    umount --lazy /.old
    rmdir /.old
    # Credentials of services and the like reach them by propagated mounts.
    mount --make-rshared /
    cd /
    exec_systemd
}

remount_read_only() { mount -o "remount,bind,ro${2:+,$2}" "$1"; }

mount_files() {
    local entry name upper=$STATE/upper
    for entry in /*; do
        name=${entry#/}
        case " proc sys dev run tmp host lost+found $OVERLAYS " in *" $name "*) continue ;; esac
        if [ -L "$entry" ]; then
            cp -P "$entry" "$ROOT/$name"
        elif [ -d "$entry" ]; then
            mkdir "$ROOT/$name"
            mount --bind "$entry" "$ROOT/$name"
            remount_read_only "$ROOT/$name"
        fi
    done
    mkdir -p "$upper"
    mount -t tmpfs -o mode=0755 lab-upper "$upper"
    for name in $OVERLAYS; do
        [ -d "/$name" ] || continue
        mkdir -p "$ROOT/$name" "$upper/$name" "$upper/.work/$name"
        mount -t overlay \
            -o "lowerdir=/$name,upperdir=$upper/$name,workdir=$upper/.work/$name" \
            "lab-$name" "$ROOT/$name"
    done
    mount_below "$ROOT"
    mount --bind / "$ROOT/host"
    remount_read_only "$ROOT/host"
    mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$ROOT/run"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$ROOT/tmp"
}

# What is mounted below top folders, such as a disk of its own for /opt/swift or /usr/local: neither an
# overlay nor a binding of the folder above shows it. Where containers have files in the place of
# others, as in /etc, those others are seen.
mount_below() {
    local target kind number=0
    while read -r target kind; do
        # findmnt writes a space as \x20.
        target=$(printf '%b' "$target")
        case $target in
        /proc/* | /sys/* | /dev/* | /run/* | /tmp/* | /host/*) continue ;;
        /*/*) ;;
        *) continue ;;
        esac
        # What isn't there any more, or would only be mounted by looking at it, is nobody's loss.
        [ "$kind" != autofs ] && [ -d "$target" ] && [ -d "$ROOT$target" ] || continue
        number=$((number + 1))
        overlay_below "$target" $number 2>/dev/null || bind_below "$target" ||
            say "$target isn't seen inside"
    done < <(findmnt --raw --noheadings --output TARGET,FSTYPE)
}

# Where the folder above can be written, so can this.
overlay_below() {
    local top=${1#/} upper=$STATE/upper/.below/$2
    case " $OVERLAYS " in *" ${top%%/*} "*) ;; *) return 1 ;; esac
    # These mean something in the options.
    case $1 in *[,:\\]*) return 1 ;; esac
    mkdir -p "$upper/upper" "$upper/work"
    mount -t overlay -o "lowerdir=$1,upperdir=$upper/upper,workdir=$upper/work" \
        "lab-below-$2" "$ROOT$1"
}

bind_below() { mount --bind "$1" "$ROOT$1" && remount_read_only "$ROOT$1"; }

mount_devices() {
    local device name major minor
    mount -t tmpfs -o mode=0755,nosuid tmpfs "$ROOT/dev"
    mkdir -p "$ROOT"/dev/{pts,shm,mqueue,hugepages}
    for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
        IFS=: read -r name major minor <<<"$device"
        mknod -m 0666 "$ROOT/dev/$name" c "$major" "$minor"
    done
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$ROOT/dev/pts"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$ROOT/dev/shm"
    ln -s pts/ptmx "$ROOT/dev/ptmx"
    ln -s /proc/self/fd "$ROOT/dev/fd"
    for device in 0:stdin 1:stdout 2:stderr; do
        ln -s "/proc/self/fd/${device%%:*}" "$ROOT/dev/${device#*:}"
    done
}

# /proc and /sys, read-only where they would reach this machine's kernel.
mount_kernel() {
    local guard=nosuid,nodev,noexec boot_id=$ROOT/proc/sys/kernel/random/boot_id
    mount -t proc -o "$guard" proc "$ROOT/proc"
    mount --bind "$ROOT/proc/sys" "$ROOT/proc/sys"
    remount_read_only "$ROOT/proc/sys" "$guard"
    if [ "$LAB_NET" = private ]; then
        mount --bind "$ROOT/proc/sys/net" "$ROOT/proc/sys/net"
        mount -o "remount,bind,rw,$guard" "$ROOT/proc/sys/net"
    fi
    # The journal tells boots apart by it.
    cat /proc/sys/kernel/random/uuid >"$STATE/boot_id"
    chmod 0444 "$STATE/boot_id"
    mount --bind "$STATE/boot_id" "$boot_id"
    remount_read_only "$boot_id" "$guard"
    if [ -e "$ROOT/proc/sysrq-trigger" ]; then
        mount --bind "$ROOT/proc/sysrq-trigger" "$ROOT/proc/sysrq-trigger"
        remount_read_only "$ROOT/proc/sysrq-trigger" "$guard"
    fi
    mount -t sysfs -o "ro,$guard" sysfs "$ROOT/sys"
    mount -t cgroup2 -o "$guard" cgroup2 "$ROOT/sys/fs/cgroup"
}

# Units that reach for hardware, the kernel's settings, other machines or a login.
left_out_units() {
    cat <<-'END'
		console-getty.service
		dev-hugepages.mount
		dev-mqueue.mount
		getty.target
		kmod-static-nodes.service
		ldconfig.service
		modprobe@.service
		proc-sys-fs-binfmt_misc.automount
		proc-sys-fs-binfmt_misc.mount
		rc-local.service
		sys-fs-fuse-connections.mount
		sys-kernel-config.mount
		sys-kernel-debug.mount
		sys-kernel-tracing.mount
		systemd-ask-password-console.path
		systemd-ask-password-wall.path
		systemd-binfmt.service
		systemd-firstboot.service
		systemd-hwdb-update.service
		systemd-initctl.socket
		systemd-journal-catalog-update.service
		systemd-journald-audit.socket
		systemd-machine-id-commit.service
		systemd-modules-load.service
		systemd-network-generator.service
		systemd-networkd.service
		systemd-networkd.socket
		systemd-pcrphase-initrd.service
		systemd-pcrphase-sysinit.service
		systemd-pcrphase.service
		systemd-pstore.service
		systemd-random-seed.service
		systemd-remount-fs.service
		systemd-resolved.service
		systemd-sysctl.service
		systemd-sysext.service
		systemd-timesyncd.service
		systemd-tmpfiles-clean.timer
		systemd-udev-trigger.service
		systemd-udevd.service
		systemd-update-utmp-runlevel.service
		systemd-update-utmp.service
	END
}

configure() {
    local etc=$ROOT/etc unit generator
    local units=$etc/systemd/system generators=$etc/systemd/system-generators
    rm -rf "$units" "$generators" "$ROOT/var/log/journal" "$etc/machine-id"
    mkdir -p "$units/multi-user.target.wants" "$generators" \
        "$etc/systemd/journald.conf.d" "$etc/systemd/system.conf.d"
    : >"$etc/fstab"
    tr -d - </proc/sys/kernel/random/uuid >"$etc/machine-id"
    echo "$NAME" >"$etc/hostname"
    printf '127.0.0.1 localhost %s\n::1 localhost ip6-localhost\n' "$NAME" >"$etc/hosts"
    for generator in "$ROOT"/usr/{,local/}lib/systemd/system-generators/*; do
        [ -e "$generator" ] && ln -sf /dev/null "$generators/${generator##*/}"
    done
    for unit in $(left_out_units); do ln -s /dev/null "$units/$unit"; done
    # Not at boot, but still there for whoever asks for it.
    ln -s /dev/null "$units/multi-user.target.wants/systemd-logind.service"
    ln -s /lib/systemd/system/multi-user.target "$units/default.target"
    # Nothing may be dropped by a rate that a test exceeds, and nothing leaves the lab.
    cat >"$etc/systemd/journald.conf.d/lab.conf" <<-'END'
		[Journal]
		Storage=volatile
		RuntimeMaxUse=512M
		RateLimitIntervalSec=0
		RateLimitBurst=0
		ForwardToSyslog=no
		ForwardToKMsg=no
		ForwardToConsole=no
		ForwardToWall=no
		Audit=no
		ReadKMsg=no
	END
    cat >"$etc/systemd/system.conf.d/lab.conf" <<-'END'
		[Manager]
		ShowStatus=no
		CrashReboot=no
		CrashShell=no
		DefaultStandardOutput=journal
	END
}

bind_folders() {
    local entry from to mode
    for entry in ${LAB_BIND:-}; do
        mode=ro
        case $entry in *:rw) mode=rw ;; esac
        entry=${entry%:r[ow]}
        from=${entry%%=*}
        to=${entry#*=}
        [ -d "$from" ] || die "LAB_BIND: no folder $from"
        mkdir -p "$ROOT$to" || die "LAB_BIND: cannot make $to inside"
        mount --bind "$from" "$ROOT$to"
        mount -o "remount,bind,$mode" "$ROOT$to"
    done
}

ip_loopback_up() { ip link set lo up; }

# As PID 1, without what would change this machine's clock, modules or security policy.
exec_systemd() {
    local dropped=-sys_module,-sys_rawio,-sys_time,-syslog,-mac_admin,-mac_override
    dropped+=,-wake_alarm,-block_suspend,-audit_control,-audit_read
    exec setpriv --bounding-set="$dropped" \
        env -i container=systemd-lab container_uuid="$(cat /etc/machine-id)" LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --system --log-target=journal-or-kmsg
}

# ---- Ending --------------------------------------------------------------------------------------

# Waits up to so many times 20 ms for the inside's end.
wait_for_end() {
    local turn
    for turn in $(seq "$1"); do
        is_up || return 0
        sleep 0.02
    done
    return 1
}

power_off() {
    if ! is_up; then
        [ -e "$STATE" ] && remove_traces
        say "not up"
        return
    fi
    if [ "${1:-}" != --kill ]; then
        kill -s RTMIN+4 "$PID1" 2>/dev/null # asks systemd for poweroff.target
        wait_for_end $((${LAB_DOWN_TIMEOUT:-20} * 50)) || say "it doesn't power off, killing it"
    fi
    # The kernel then kills the whole PID namespace.
    is_up && kill -KILL "$PID1" 2>/dev/null
    wait_for_end 250
    remove_traces
    say "down"
}

remove_traces() {
    local cgroup turn
    # Its death kills the inside's PID 1, and so the rest.
    is_alive "$STATE/parent" && kill -KILL "$FOUND" 2>/dev/null
    if cgroup=$(cat "$STATE/cgroup" 2>/dev/null) && [ -d "$cgroup" ]; then
        echo 1 >"$cgroup/cgroup.kill" 2>/dev/null
        for turn in $(seq 100); do
            find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
            [ -d "$cgroup" ] || break
            sleep 0.02
        done
        [ -d "$cgroup" ] && say "left behind: $cgroup"
    fi
    rm -rf "$STATE"
}

# ---- The rest ------------------------------------------------------------------------------------

install_units() {
    local unit
    for unit in "$@"; do
        cp -r --no-preserve=ownership -- "$unit" "/proc/$PID1/root/etc/systemd/system/" || exit 1
    done
    enter systemctl daemon-reload
}

install_packages() {
    local missing=()
    [ -x /lib/systemd/systemd-journald ] || missing+=(systemd libnss-systemd)
    command -v dbus-daemon >/dev/null || missing+=(dbus)
    command -v nsenter >/dev/null && command -v setpriv >/dev/null || missing+=(util-linux)
    command -v ip >/dev/null || missing+=(iproute2)
    [ ${#missing[@]} = 0 ] && return
    say "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

usage() { sed -n '2,/^set -u/{/^set -u/d;s/^# \{0,1\}//p}' "$SELF" >&2; }

# One `up` or `down` of a name at a time.
lock() {
    mkdir -p "$LABS"
    exec 9>"$LABS/.$NAME.lock"
    flock 9
}

verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
run | sh | install | root | pid | log) is_up || die "not up" ;;
esac
case $verb in
up) lock && boot ;;
run) enter "$@" ;;
sh) enter /bin/bash -c "$@" ;;
install) install_units "$@" ;;
root) echo "/proc/$PID1/root" ;;
pid) echo "$PID1" ;;
status)
    is_up || { echo down; exit 3; }
    echo "up $(enter_and_return systemctl is-system-running), PID $PID1"
    ;;
log) enter journalctl --no-pager "$@" ;;
down) lock && power_off "$@" && rm -f "$LABS/.$NAME.lock" ;;
deps) install_packages ;;
__first) first_process ;;
__second) second_process ;;
*) usage; exit 2 ;;
esac
