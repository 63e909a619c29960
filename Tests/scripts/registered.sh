#!/bin/bash
# registered.sh install | stop | uninstall: tells a running system what `make install` and `make
# uninstall` changed. With PURGE=1 `uninstall` takes away what the daemon has stored, too.
set -euo pipefail

has_systemd() { [[ -d /run/systemd/system ]]; }

# Removes what holds nothing but the file that keeps a second daemon out.
remove_empty_state() {
    local folder
    for folder in /var/lib/peerd /var/lib/peerd-*; do
        [[ -d $folder ]] || continue
        [[ -z ${PURGE:-} ]] || rm -rf "$folder"
        if [[ $(ls -A "$folder" 2>/dev/null) == lock ]]; then rm "$folder/lock"; fi
        rmdir --ignore-fail-on-non-empty "$folder" 2>/dev/null || true
    done
}

# As long as there are files of theirs, nobody else may get the numbers of user and group.
remove_user() {
    local kept
    kept=$(compgen -G '/var/lib/peerd*' || true)
    if [[ -n $kept ]]; then
        echo "${kept//$'\n'/ } and the user peerd stay; PURGE=1 takes them"
        return
    fi
    # sysusers made them in the system's own files.
    if grep -q '^peerd:' /etc/passwd; then userdel peerd; fi
    if grep -q '^peerd:' /etc/group; then groupdel peerd; fi
}

case ${1:-} in
install)
    systemd-sysusers peerd.conf
    systemd-tmpfiles --create peerd.conf
    journalctl --update-catalog
    if has_systemd; then systemctl daemon-reload; fi
    echo "installed; edit /etc/peerd/peerd.toml, then: systemctl enable --now peerd"
    ;;
stop)
    if has_systemd; then
        # The sockets first: what comes to them starts the daemon again.
        systemctl disable --now peerd.socket peerd-control.socket peerd.service || true
        # Disabling the template disables every instance.
        systemctl disable peerd@.service || true
        systemctl stop 'peerd@*.service'
    fi
    ;;
uninstall)
    rmdir --ignore-fail-on-non-empty /run/peerd-control 2>/dev/null || true
    journalctl --update-catalog
    if has_systemd; then
        systemctl daemon-reload
        systemctl reset-failed 'peerd*' 2>/dev/null || true
    fi
    remove_empty_state
    remove_user
    echo "uninstalled"
    ;;
*)
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
    ;;
esac
