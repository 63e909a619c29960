#!/bin/bash
# python.sh FOLDER REQUIREMENTS: makes a Python in a folder that has the packages of a file. What it
# lacks is fetched once, from PyPI, by its hash.
set -euo pipefail
folder=$1 requirements=$2

if cmp -s "$requirements" "$folder/requirements.txt"; then exit; fi
/usr/bin/python3 -m venv --clear "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check \
    --require-hashes --requirement "$requirements"
cp "$requirements" "$folder/requirements.txt"
