#!/bin/bash
# alone.sh COMMAND...: runs a command in a network of its own that holds nothing but loopback, where
# names come from Tests/network/hosts and from port 53 of loopback. No packet and no name of it
# leaves this machine. Its status is the command's.
#
# Root needs nothing for it. Others get it by a user namespace in which they are who they are; where
# the machine allows none, the command runs in the machine's own network, and that is said.
set -euo pipefail
self=$(readlink -f -- "${BASH_SOURCE[0]}")
network=${self%/*/*}/network

# cover FILE TARGET: has what runs here see the one in the place of the other.
cover() {
    # What isn't there can't be covered: then nothing is read there either.
    if [[ -e $2 ]]; then mount --bind "$1" "$2"; fi
}

enter() {
    ip link set lo up
    # Peers from loopback are the machine's own. Strangers come from the addresses of benchmarks
    # (RFC 2544), all of which are this machine's here.
    ip route add local 198.18.0.0/15 dev lo
    cover "$network/hosts" /etc/hosts
    cover "$network/resolv.conf" /etc/resolv.conf
    # Other sources of names, such as systemd-resolved, are reached by sockets that no network
    # namespace keeps from them.
    cover "$network/nsswitch.conf" /etc/nsswitch.conf
    # So is the daemon that remembers names for the whole machine.
    if [[ -d /run/nscd ]]; then mount -t tmpfs none /run/nscd; fi
}

case ${1:-} in
'')
    sed -n '2,7s/^# \{0,1\}//p' "$self" >&2
    exit 2
    ;;
--inside)
    shift
    enter
    exec "$@"
    ;;
--inside-as-user)
    shift
    enter
    # Only for this was there any.
    exec setpriv --inh-caps=-all --ambient-caps=-all --bounding-set=-all "$@"
    ;;
esac

if [[ $(id -u) == 0 ]]; then
    way=(unshare --net --mount "$self" --inside)
else
    way=(unshare --user --map-current-user --keep-caps --net --mount "$self" --inside-as-user)
fi
if obstacle=$("${way[@]}" true 2>&1); then exec "${way[@]}" "$@"; fi
echo "NOT ALONE: '$*' runs in this machine's own network, as it allows no other:" >&2
echo "    ${obstacle//$'\n'/; }" >&2
exec "$@"
