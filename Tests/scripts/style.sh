#!/bin/bash
# What the formatter doesn't check: sizes of files, unsafe shortcuts, things left open.
set -euo pipefail
cd "$(dirname "$0")/../.."

failed=0
complain() {
    echo "$*" >&2
    failed=1
}

swift_files=$(find Sources Tests Benchmarks Fuzz -name '*.swift' -not -path '*/.build*')

while read -r lines file; do
    [[ $file == total || $lines -le 400 ]] || complain "$file: $lines lines: is it one idea?"
done < <(xargs wc -l <<<"$swift_files")

# Code is the formatter's; a string or a text may have to be longer.
found=$(LC_ALL=C.UTF-8 xargs grep -nE '^.{101}' <<<"$swift_files" | grep -E '^[^:]+:[0-9]+: *//' || true)
[[ -z $found ]] || complain "longer than 100 columns:"$'\n'"$found"

# Forced tries, unchecked promises and unsafe globals: none is needed so far.
found=$(xargs grep -nE '\btry!|@unchecked Sendable|nonisolated\(unsafe\)' <<<"$swift_files" || true)
[[ -z $found ]] || complain "$found"

found=$(grep -rnE '\b(TODO|FIXME|XXX|HACK)\b' Sources Tests --include='*.swift' --include='*.c' \
    --include='*.cpp' --include='*.h' || true)
[[ -z $found ]] || complain "$found"

found=$(xargs grep -nE '\.disabled\(|withKnownIssue|usleep\(|Task\.sleep' <<<"$swift_files" || true)
[[ -z $found ]] || complain "$found"

# Text from outside is hashed only where it is known to be short ASCII (String.isWord): as keys there
# are names of our own, which these are. Words of messages are read by WireWord.
found=$(grep -rnE '\[String ?:|Set<String>|: String, .*(Decodable|Codable)' Sources --include='*.swift' |
    grep -vE '\b(origins|positions|failed|but|but fixed|numbers): ' || true)
[[ -z $found ]] || complain "$found"

# The pure targets touch neither the kernel nor Foundation.
found=$(grep -rnE '^(\w+ )?import (Glibc|Foundation|CLinux|LinuxIO)\b' \
    Sources/AddressBook Sources/Addressing Sources/Timing Sources/Facts Sources/ConnectionCore \
    Sources/DecredWire Sources/Engine Sources/Control Sources/PlainText || true)
[[ -z $found ]] || complain "$found"

exit $failed
