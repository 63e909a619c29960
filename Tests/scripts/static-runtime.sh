#!/bin/sh
# Checks that a release build carries the Swift runtime in itself, so that a machine without Swift
# runs it.
#
#     static-runtime.sh BINARY
#
# Status 0 if it does, 1 if it needs a library of Swift's or one that isn't there, 2 for a wrong call.
set -eu

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
    echo "usage: $0 BINARY" >&2
    exit 2
fi

# A path without a slash would be looked up by ldd, not in PATH but not here either.
case $1 in
    */*) binary=$1 ;;
    *) binary=./$1 ;;
esac

libraries=$(ldd "$binary") || {
    echo "$binary: ldd can't read it" >&2
    exit 1
}

# The runtime, and what comes with it: Foundation, Dispatch and its blocks.
if printf '%s\n' "$libraries" \
    | grep -E 'libswift|lib_?Foundation|libdispatch|libBlocksRuntime|lib_StringProcessing|not found'
then
    echo "$binary needs the libraries above: build it with --static-swift-stdlib" >&2
    exit 1
fi
echo "$binary needs no library of Swift's"
