#!/bin/sh
# What nftables.conf lets through, seen from outside: network namespaces stand for the world
# and for a container, and ports are published as Docker publishes them.
#
#   unshare --net --pid --fork --mount-proc deploy/vm/test/filter.sh
#
# Needs root in namespaces of its own (as above), iproute2, nftables and Python. Prints each
# attempt; ends with 1 when one is not as it should be.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
# The namespaces' processes end with this one, which is the first of its process namespace.
trap 'rm -rf "$work"' EXIT

# until_so COMMAND: waits for it to succeed, a minute at the most: five Pythons that start at
# once on a loaded machine take their time.
until_so() {
    tries=600
    while ! "$@" 2>/dev/null; do
        tries=$((tries - 1))
        if [ $tries -eq 0 ]; then
            echo "filter.sh: not within a minute: $*" >&2
            exit 1
        fi
        sleep 0.1
    done
}

# namespace NAME: another network, kept by a process whose number lies in a file.
namespace() {
    unshare --net sh -c "echo \$\$ >'$work/$1.new' && mv '$work/$1.new' '$work/$1' && exec sleep 600" &
    until_so test -s "$work/$1"
}

inside() {
    name=$1
    shift
    nsenter --target "$(cat "$work/$name")" --net "$@"
}

# serve WHERE PORT: something that takes connections.
listener='
import socket, sys
server = socket.create_server(("0.0.0.0", int(sys.argv[1])))
while True:
    server.accept()[0].close()
'
reach='
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=2).close()
'
serve() {
    case $1 in
        host) python3 -c "$listener" "$2" & ;;
        *) inside "$1" python3 -c "$listener" "$2" & ;;
    esac
}

ip link set lo up
echo 1 >/proc/sys/net/ipv4/ip_forward
namespace container
namespace outside
ip link add br-lab type bridge
ip address add 172.30.0.1/24 dev br-lab
ip link set br-lab up
ip link add to-container type veth peer name eth0 netns "$(cat "$work/container")"
ip link set to-container master br-lab up
ip link add eth0 type veth peer name eth0 netns "$(cat "$work/outside")"
ip address add 10.9.0.1/24 dev eth0
ip link set eth0 up
inside container ip link set lo up
inside container ip address add 172.30.0.2/24 dev eth0
inside container ip link set eth0 up
inside container ip route add default via 172.30.0.1
inside outside ip address add 10.9.0.2/24 dev eth0
inside outside ip link set eth0 up

# As Docker does it, for the ports that `docker run --publish` was given without an address.
nft -f - <<'RULES'
table ip nat {
    chain prerouting {
        type nat hook prerouting priority dstnat
        iifname "eth0" tcp dport 8080 dnat to 172.30.0.2:8080
        iifname "eth0" tcp dport 3000 dnat to 172.30.0.2:3000
        iifname "eth0" tcp dport 9999 dnat to 172.30.0.2:8080
    }
    chain postrouting {
        type nat hook postrouting priority srcnat
        ip saddr 172.30.0.0/24 oifname != "br-lab" masquerade
    }
}
RULES

serve container 8080
serve container 3000
serve host 22
serve host 5555
serve outside 7777

# try FROM ADDRESS PORT: one attempt.
try() {
    case $1 in
        host) python3 -c "$reach" "$2" "$3" ;;
        *) inside "$1" python3 -c "$reach" "$2" "$3" ;;
    esac
}

# Without the rules everything answers, so that what does not is their doing.
for port in 8080 3000 9999 22 5555; do
    until_so try outside 10.9.0.1 "$port"
done
until_so try container 10.9.0.2 7777

# Twice: the second time replaces the table and leaves the others alone.
nft -f "$here/../nftables.conf"
nft -f "$here/../nftables.conf"
nft list table ip nat >/dev/null

wrong=0
# expect RESULT FROM ADDRESS PORT WHAT
expect() {
    if try "$2" "$3" "$4" 2>/dev/null; then seen=open; else seen=closed; fi
    echo "$seen: $5"
    if [ "$seen" != "$1" ]; then
        echo "filter.sh: should be $1" >&2
        wrong=1
    fi
}
expect open outside 10.9.0.1 8080 'the front door, published'
expect closed outside 10.9.0.1 3000 'a dashboard, published by mistake'
expect closed outside 10.9.0.1 9999 "another port, published for the container's 8080"
expect open outside 10.9.0.1 22 'SSH'
expect closed outside 10.9.0.1 5555 'a program on the host'
expect open container 10.9.0.2 7777 'the world, from a container'
expect closed container 172.30.0.1 5555 'a program on the host, from a container'
expect open host 172.30.0.2 3000 'a container, from the host'
exit $wrong
