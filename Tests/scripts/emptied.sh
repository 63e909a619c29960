#!/bin/bash
# emptied.sh FOLDER PATH...: removes the folders above each path, as far as they are empty and lie
# below FOLDER.
set -euo pipefail
cd "$1" 2>/dev/null || exit 0
top=$PWD
shift

for path in "$@"; do
    folder=$(readlink -m -- "${path%/*}")
    while [[ $folder == "$top"/* ]]; do
        rmdir "$folder" 2>/dev/null || [[ ! -e $folder ]] || break
        folder=${folder%/*}
    done
done
