#!/bin/bash
# registered.sh install | stop | uninstall: tells a running system what `make install` and `make
# uninstall` change, and says how things stand then.
set -euo pipefail
shopt -s nullglob

has_systemd() { [[ -d /run/systemd/system ]]; }

# Whether systemd has a unit's file.
is_known() { [[ -n $(systemctl list-unit-files --no-legend "$1" 2>/dev/null) ]]; }

# Prints the daemons that run.
active() { systemctl list-units --plain --no-legend --state=active 'peerd.service' 'peerd@*.service' |
    cut -d' ' -f1; }

installed() {
    systemd-sysusers peerd.conf
    systemd-tmpfiles --create peerd.conf
    journalctl --update-catalog
    if ! has_systemd; then
        echo "installed; systemd doesn't run here, so that nothing can be started"
        return
    fi
    systemctl daemon-reload
    local running
    running=$(active)
    if [[ -n $running ]]; then
        echo "installed; what runs is still the old one, until: systemctl restart" $running
    else
        echo "installed; edit /etc/peerd/peerd.toml, then: systemctl enable --now peerd"
    fi
}

stop() {
    local unit known=()
    command -v systemctl >/dev/null || return 0
    # The sockets first: what comes to them starts the daemon again.
    for unit in peerd.socket peerd-control.socket peerd.service; do
        if is_known $unit; then known+=($unit); fi
    done
    if has_systemd; then systemctl stop "${known[@]}" 'peerd@*.service'; fi
    # Disabling the template disables every instance.
    if is_known peerd@.service; then known+=(peerd@.service); fi
    [[ ${#known[@]} == 0 ]] || systemctl disable "${known[@]}"
}

uninstalled() {
    rmdir --ignore-fail-on-non-empty /run/peerd-control 2>/dev/null || true
    journalctl --update-catalog
    if has_systemd; then
        systemctl daemon-reload
        systemctl reset-failed 'peerd*' 2>/dev/null || true
    fi
    # As long as there are files of theirs, nobody else may get the numbers of user and group.
    local kept=(/var/lib/peerd /var/lib/peerd-*)
    if [[ -e ${kept[0]} || ${#kept[@]} -gt 1 ]]; then
        if getent passwd peerd >/dev/null; then echo "the user peerd stays with its files"; fi
    else
        # sysusers made them in the system's own files.
        if grep -q '^peerd:' /etc/passwd; then userdel peerd; fi
        if grep -q '^peerd:' /etc/group; then groupdel peerd; fi
    fi
    echo "uninstalled"
}

case ${1:-} in
install) installed ;;
stop) stop ;;
uninstall) uninstalled ;;
*)
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
    ;;
esac
