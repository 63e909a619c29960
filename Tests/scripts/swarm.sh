#!/bin/bash
# swarm.sh PEERD: twelve daemons on loopback and on Decred's regnet, each at 127.N.0.1 and dialling from
# there, so that each is a network group of its own. peerctl, beside PEERD, shows that the first holds
# its 8 outbound peers and its persistent one by real handshakes, that a lost peer is replaced, that a
# lost persistent one is retried until it is back, that a stranger is disconnected for misbehaviour, that
# an operator's ban holds, and that the first one knows all of it after kill -9.
# Runs until Ctrl-C, or for RUN_SECONDS. Status 0 only if all of that was seen. With RUN_RECORD, a folder,
# each start of a daemon is recorded in a file of its own there, for `simulate --replay`.
set -euo pipefail

peerd=$(readlink -f -- "$1")
peerctl=${peerd%/*}/peerctl
port=${SWARM_PORT:-29108}
seconds=${RUN_SECONDS:-0}
recordings=${RUN_RECORD:+$(readlink -f -- "$RUN_RECORD")}
first=10
last=21
persistent=$last
# For each thing that is waited for; most take less than a second.
step_deadline=40

SECONDS=0
folder=$(mktemp -d)
declare -A process starts
events=$folder/events
all_seen=0
export PEERCTL_SOCKET=$folder/$first/run/control

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
[[ -t 1 ]] || say() { printf '\n== %s\n' "$*"; }

address() { echo "127.$1.0.1:$port"; }
log() { echo "$folder/$1/log"; }

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

# fail MESSAGE: ends with what the first daemon has logged last.
fail() {
    echo "   $*" >&2
    tail -n 20 "$(log $first)" >&2
    exit 1
}

# others N: the addresses of all daemons but one, as an array of TOML has them.
others() {
    local n
    for ((n = first; n <= last; n++)); do
        [[ $n == "$1" ]] || printf '"%s", ' "$(address $n)"
    done
}

# write_configuration N ADDRESSES: how a daemon is to start, and whom it may dial.
write_configuration() {
    mkdir -p "$folder/$1"/{state,run}
    cat >"$folder/$1/peerd.toml" <<END
network = "regnet"
# Otherwise nobody on regnet is told of addresses.
gossip = "always"

[[listen]]
address = "$(address "$1")"

[outbound]
bind = ["127.$1.0.1"]
addresses = [$2]
# Here and below what takes longer by default, so that it is soon seen.
retry = "1s"

[persistent]
retry = "1s"

[protocol]
ping-interval = "2s"
END
}

start() {
    local record=()
    if [[ -n $recordings ]]; then
        starts[$1]=$((${starts[$1]:-0} + 1))
        record=(--record "$recordings/$1-${starts[$1]}")
    fi
    "$peerd" --config "$folder/$1/peerd.toml" --state "$folder/$1/state" \
        --runtime "$folder/$1/run" "${record[@]}" 2>>"$(log "$1")" &
    process[$1]=$!
}

# kill_daemon N: ends a daemon of the swarm without a word to its peers.
kill_daemon() {
    kill -KILL "${process[$1]}"
    wait "${process[$1]}" 2>/dev/null || true
    unset "process[$1]"
}

# await_start N FROM: until a daemon answers peers and peerctl; its log is read from that line on.
await_start() {
    local deadline=$((SECONDS + step_deadline))
    until tail -n "+$2" "$(log "$1")" 2>/dev/null | grep -q "Started:"; do
        if ! kill -0 "${process[$1]}" 2>/dev/null || ((SECONDS >= deadline)); then
            cat "$(log "$1")" >&2
            exit 1
        fi
        sleep 0.05
    done
}

# start_first: the first daemon, and what it tells of itself from then on.
start_first() {
    local from=1
    [[ ! -e $(log $first) ]] || from=$(($(wc -l <"$(log $first)") + 1))
    start $first
    await_start $first "$from"
    : >"$events"
    # It complains when the daemon is killed.
    "$peerctl" monitor >>"$events" 2>"$folder/monitor.log" &
    process[monitor]=$!
    expect "Monitoring" >/dev/null
}

next_event() { echo $(($(wc -l <"$events") + 1)); }

# expect PATTERN [FROM]: waits until the first daemon has told of it, from that event on, and shows it.
expect() {
    local deadline=$((SECONDS + step_deadline)) line
    while ((SECONDS < deadline)); do
        line=$(tail -n "+${2:-1}" "$events" | grep -m 1 -E "$1" || true)
        if [[ -n $line ]]; then
            echo "   $line"
            return
        fi
        kill -0 "${process[$first]}" 2>/dev/null || break
        sleep 0.1
    done
    fail "not seen within $step_deadline s: $1"
}

# show ARGUMENT...: peerctl's answer, which must be one.
show() {
    echo "   \$ peerctl $*"
    "$peerctl" "$@" | sed 's/^/   /' || fail "peerctl $* failed"
}

# expect_answer PATTERN ARGUMENT...: asks peerctl until its answer has a line like that, and shows it.
expect_answer() {
    local pattern=$1 deadline=$((SECONDS + step_deadline)) answer line
    shift
    while ((SECONDS < deadline)); do
        answer=$("$peerctl" "$@") || fail "peerctl $* failed"
        line=$(grep -m 1 -E "$pattern" <<<"$answer" || true)
        if [[ -n $line ]]; then
            echo "   $line"
            return
        fi
        sleep 0.2
    done
    echo "$answer" >&2
    fail "not answered within $step_deadline s by peerctl $*: $pattern"
}

# expect_listed COUNT PATTERN: until so many connections, as `peerctl list --json` writes them, are like
# that.
expect_listed() {
    local deadline=$((SECONDS + step_deadline)) list
    while ((SECONDS < deadline)); do
        list=$("$peerctl" list --json) || fail "peerctl list failed"
        [[ $(sed 's/{"id"/\n&/g' <<<"$list" | grep -cE "$2") != "$1" ]] || return 0
        sleep 0.2
    done
    "$peerctl" list >&2
    fail "not listed within $step_deadline s: $1 times $2"
}

say "Starting twelve daemons on regnet, at 127.$first.0.1 to 127.$last.0.1, port $port"
for ((n = first + 1; n <= last; n++)); do write_configuration "$n" "$(others "$n")"; done
# The first one is told later whom to dial: what refuses isn't dialled again within a minute.
write_configuration $first ""
start_first
for ((n = first + 1; n <= last; n++)); do start "$n"; done
for ((n = first + 1; n <= last; n++)); do await_start "$n" 1; done
write_configuration $first "$(others $first)"
show reload
show connect "$(address $persistent)" --persistent

say "It reaches its 8 outbound peers and its persistent one, and shakes hands with each"
# Behind it stands what came of the last reload, if there was one since the start.
whole='^8/8 outbound, [0-9]+ inbound, 1/1 persistent; 11 addresses(; reloaded)?$'
expect_answer "$whole" status >/dev/null
# Handshakes are complete, and pings have been answered.
spoken='"ready":true,.*"roundTripUSec":[0-9]+,.*"userAgent":"/peerd:[0-9.]+/","services":0,'
expect_listed 8 "\"kind\":\"outbound\",.*$spoken"
expect_listed 1 "\"kind\":\"persistent\",.*$spoken"
# They have told each other of addresses.
expect_answer '"addressesLearned":[1-9]' status --json >/dev/null
show status
show list --kind outbound

victim=$("$peerctl" list --kind outbound | grep -oE '127\.[0-9]+\.0\.1' | sed -n 1p | cut -d. -f2)
say "Killing its outbound peer 127.$victim.0.1: another one takes its place"
from=$(next_event)
kill_daemon "$victim"
expect "Disconnected from 127\.$victim\.0\.1:.*outbound" "$from"
expect "Connected to .*type: outbound" "$from"
expect "Peer .* is ready .*type: outbound" "$from"
expect_answer "$whole" status
show explain "$(address "$victim")"

say "Killing its persistent peer 127.$persistent.0.1: it is retried, ever later, until it is back"
from=$(next_event)
kill_daemon $persistent
expect "Disconnected from 127\.$persistent\.0\.1:.*persistent" "$from"
expect "Retrying connection to 127\.$persistent\.0\.1:.*retries: 1" "$from"
expect "Retrying connection to 127\.$persistent\.0\.1:.*retries: 2" "$from"
expect_answer "0/1 persistent \(127\.$persistent\.0\.1:$port retries in" status
start $persistent
expect "Peer 127\.$persistent\.0\.1:.* is ready .*persistent" "$from"
expect_answer "$whole" status
expect_answer "persistent +127\.$persistent\.0\.1:$port .* closed by peer" history >/dev/null
show history --limit 4

# call_in_http: a stranger from 127.0.0.1. A reset may come before all of it is sent.
call_in_http() {
    (printf 'GET / HTTP/1.1\r\nHost: 127.%s.0.1\r\n\r\n' $first \
        >"/dev/tcp/127.$first.0.1/$port") || true
}

say "A stranger who speaks another protocol is disconnected for misbehaviour"
from=$(next_event)
call_in_http
expect "Disconnected from 127\.0\.0\.1:.*inbound.*malformed" "$from"

say "What comes from this machine itself is banned by nobody but an operator"
show bans
from=$(next_event)
show ban 127.0.0.1 --for 1h
expect "Banned 127\.0\.0\.1" "$from" >/dev/null
expect_answer "^127\.0\.0\.1" bans >/dev/null
show bans
call_in_http
expect_answer '"banned":[1-9]' status --json >/dev/null

say "kill -9 and another start: the ban and the peer that peerctl added are there"
kill_daemon $first
wait "${process[monitor]}" || true
start_first
expect_answer "$whole" status
expect_answer "^127\.0\.0\.1" bans
expect_answer "persistent +127\.$persistent\.0\.1:$port +ready" list

all_seen=1
if [[ $seconds -gt 0 ]]; then
    say "All seen; going on until $seconds s have passed"
    while ((SECONDS < seconds)); do sleep 0.2; done
else
    say "All seen; the swarm goes on until Ctrl-C. To look at it:"
    echo "   ${1%/*}/peerctl --socket $PEERCTL_SOCKET"
    tail -n 0 -f "$events" --pid "${process[$first]}" | sed -u 's/^/   /' &
    wait $!
fi
