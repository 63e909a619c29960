#!/bin/bash
# leftovers.sh DESTDIR: what `make uninstall` leaves is named; with PURGE=1 it is deleted: the
# configuration, what was stored, and changes to the units.
set -euo pipefail
shopt -s nullglob
root=$1

# Nothing but the file that keeps a second daemon out, or not even that.
for folder in "$root"/var/lib/peerd "$root"/var/lib/peerd-*; do
    if [[ -d $folder && $(ls -A "$folder") == lock ]]; then rm "$folder/lock"; fi
    rmdir --ignore-fail-on-non-empty "$folder" 2>/dev/null || true
done
rmdir --ignore-fail-on-non-empty "$root"/etc/peerd/peerd.conf.d "$root"/etc/peerd 2>/dev/null || true

units=()
# Where `systemctl edit`, `edit --runtime`, `set-property` and `mask` write.
for folder in "$root"/{etc,run}/systemd/system{,.control}; do
    for unit in {peerd,peerd@,peerd@*}.service {peerd,peerd-control}.socket; do
        units+=("$folder"/$unit "$folder"/$unit.d)
    done
done
left=()
for path in "$root"/etc/peerd "$root"/var/lib/peerd "$root"/var/lib/peerd-* "${units[@]}"; do
    if [[ -e $path || -L $path ]]; then left+=("$path"); fi
done
[[ ${#left[@]} -gt 0 ]] || exit 0
if [[ -n ${PURGE:-} ]]; then
    rm -rf "${left[@]}"
else
    echo "these stay, and PURGE=1 takes them: ${left[*]}"
fi
