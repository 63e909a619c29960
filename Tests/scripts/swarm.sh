#!/bin/bash
# swarm.sh PEERD: twelve daemons on loopback, each at 127.N.0.1 and dialling from there, so that each is
# a network group of its own. Shows that the first holds its 8 outbound peers and its persistent one,
# that a lost outbound peer is replaced, and that a lost persistent one is retried until it is back.
# Runs until Ctrl-C, or for RUN_SECONDS. Status 0 only if all of that was seen.
set -euo pipefail

peerd=$(readlink -f -- "$1")
port=${SWARM_PORT:-29108}
seconds=${RUN_SECONDS:-0}
first=10
last=21
persistent=$last
# For each step; a step takes a few seconds.
step_deadline=40

SECONDS=0
folder=$(mktemp -d)
declare -A process
all_seen=0

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
[[ -t 1 ]] || say() { printf '\n== %s\n' "$*"; }

address() { echo "127.$1.0.1:$port"; }
log() { echo "$folder/$1.log"; }

stop() {
    trap '' INT TERM
    kill "${process[@]}" 2>/dev/null || true
    wait
    rm -rf "$folder"
    if [[ $all_seen == 1 ]]; then
        echo "All of it was seen."
        exit 0
    fi
    echo "Not all of it was seen." >&2
    exit 1
}
trap stop EXIT
trap 'exit' INT TERM

write_configuration() {
    local others=() n
    for ((n = first; n <= last; n++)); do
        [[ $n == "$1" ]] || others+=("\"$(address $n)\"")
    done
    {
        echo "[[listen]]"
        echo "address = \"$(address "$1")\""
        echo "[outbound]"
        echo "bind = [\"127.$1.0.1\"]"
        (IFS=,; echo "addresses = [${others[*]}]")
        if [[ $1 == "$first" ]]; then
            echo "[persistent]"
            echo "peers = [\"$(address $persistent)\"]"
        fi
    } >"$folder/$1.toml"
}

start() {
    "$peerd" --config "$folder/$1.toml" 2>>"$(log "$1")" &
    process[$1]=$!
}

# kill_peer N: ends a daemon of the swarm without a word to its peers.
kill_peer() {
    kill -KILL "${process[$1]}"
    wait "${process[$1]}" 2>/dev/null || true
    unset "process[$1]"
}

# await_listening N: until a daemon can be connected to.
await_listening() {
    local deadline=$((SECONDS + step_deadline))
    until grep -q "Listening on" "$(log "$1")" 2>/dev/null; do
        if ! kill -0 "${process[$1]}" || ((SECONDS >= deadline)); then
            cat "$(log "$1")" >&2
            exit 1
        fi
        sleep 0.05
    done
}

# expect PATTERN [FROM]: waits until the first daemon has logged it, from that line on, and shows it.
expect() {
    local deadline=$((SECONDS + step_deadline)) line
    while ((SECONDS < deadline)); do
        line=$(tail -n "+${2:-1}" "$(log $first)" | grep -m 1 -E "$1" || true)
        if [[ -n $line ]]; then
            echo "   ${line#<*>}"
            return
        fi
        kill -0 "${process[$first]}" || break
        sleep 0.1
    done
    echo "   not seen within $step_deadline s: $1" >&2
    tail -n 20 "$(log $first)" >&2
    exit 1
}

next_line() { echo $(($(wc -l <"$(log $first)") + 1)); }

# expect_status PATTERN: asks the first daemon for its status line until it says so.
expect_status() {
    local deadline=$((SECONDS + step_deadline)) line from
    while ((SECONDS < deadline)); do
        from=$(next_line)
        kill -USR1 "${process[$first]}"
        for _ in {1..50}; do
            line=$(tail -n "+$from" "$(log $first)" | grep -m 1 Status: || true)
            [[ -z $line ]] || break
            sleep 0.02
        done
        if [[ $line =~ $1 ]]; then
            echo "   ${line#<*>}"
            return
        fi
        sleep 0.5
    done
    echo "   the status stayed: ${line#<*>}" >&2
    exit 1
}

say "Starting twelve daemons at 127.$first.0.1 to 127.$last.0.1, port $port"
for ((n = first; n <= last; n++)); do write_configuration "$n"; done
# The first one comes last: what refuses a connection isn't dialled again within a minute.
for ((n = last; n > first; n--)); do start "$n"; done
for ((n = last; n > first; n--)); do await_listening "$n"; done
start "$first"
expect "Listening on"

say "The first one reaches its 8 outbound peers and its persistent one (ready after 10 s)"
expect "Connected to 127\.$persistent\.0\.1:"
expect_status "8/8 outbound, [0-9]+ inbound, 1/1 persistent"

victim=$(grep -m 1 -oE 'Connected to 127\.[0-9]+\.0\.1:[0-9]+ \(id: [0-9]+, type: outbound' \
    "$(log $first)" | cut -d. -f2)
say "Killing its outbound peer 127.$victim.0.1: another one takes its place"
from=$(next_line)
kill_peer "$victim"
expect "Disconnected from 127\.$victim\.0\.1:.*outbound" "$from"
expect "Connected to .*type: outbound" "$from"

say "Killing its persistent peer 127.$persistent.0.1: it is retried, ever later"
from=$(next_line)
kill_peer "$persistent"
expect "Disconnected from 127\.$persistent\.0\.1:.*manual" "$from"
expect "Retrying connection to 127\.$persistent\.0\.1:" "$from"
expect_status "persistent \(127\.$persistent\.0\.1:$port retries in"
expect "Retrying connection to 127\.$persistent\.0\.1:.*retries: 2" "$from"

say "Starting the persistent peer again: it is connected again"
from=$(next_line)
start "$persistent"
expect "Connected to 127\.$persistent\.0\.1:.*manual" "$from"
expect_status "8/8 outbound, [0-9]+ inbound, 1/1 persistent"

all_seen=1
if [[ $seconds -gt 0 ]]; then
    say "All seen; going on until $seconds s have passed"
    while ((SECONDS < seconds)); do sleep 0.2; done
else
    say "All seen; the swarm goes on until Ctrl-C. Log of the first: $(log $first)"
    tail -n 0 -f "$(log $first)" --pid "${process[$first]}" | sed -u 's/^<.>/   /' &
    wait $!
fi
