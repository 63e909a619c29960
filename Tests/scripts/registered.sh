#!/bin/bash
# registered.sh install | stop | uninstall: tells a running system what `make install` and `make
# uninstall` changed.
set -euo pipefail

has_systemd() { [[ -d /run/systemd/system ]]; }

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
        systemctl disable --now peerd.service peerd.socket peerd-control.socket || true
        systemctl disable --now 'peerd@*.service' || true
    fi
    ;;
uninstall)
    rmdir --ignore-fail-on-non-empty /run/peerd-control 2>/dev/null || true
    journalctl --update-catalog
    if has_systemd; then systemctl daemon-reload; fi
    echo "uninstalled; the user peerd and what is in /var/lib/peerd stay"
    ;;
*)
    sed -n '2,3s/^# //p' "$0" >&2
    exit 2
    ;;
esac
