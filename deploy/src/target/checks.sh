# What the deployer wants to know of the host before it changes anything: facts, one per
# line, which it judges itself. Nothing is written.

fact() {
    printf '%s=%s\n' "$1" "$2"
}

# ask FACT COMMAND…: the last line of what it says; that of an error fits into a table.
ask() {
    asked=$1
    shift
    answer=$(timeout -k 5 30 "$@" 2>&1) || asked=${asked}_error
    fact "$asked" "$(printf '%s' "$answer" | tail -n 1)"
}

checks() {
    fact rsync "$(rsync --version 2>/dev/null | sed -n '1s/^rsync *version *v*\([0-9][0-9.]*\).*/\1/p')"
    for tool in awk find flock head readlink sed setsid tail timeout; do
        command -v "$tool" >/dev/null || fact missing "$tool"
    done

    place=$dir
    while [ ! -e "$place" ]; do
        place=$(dirname "$place")
    done
    if [ -d "$place" ] && [ -w "$place" ]; then fact writable yes; else fact writable "$place"; fi
    fact free_kib "$(df -Pk "$place" | awk 'NR == 2 { print $4 }')"

    ask engine docker version --format '{{.Server.Version}}'
    ask compose docker compose version --short
    images=$(timeout -k 5 30 docker info --format '{{.DockerRootDir}}' 2>/dev/null)
    if [ -d "$images" ]; then
        fact free_images_kib "$(df -Pk "$images" | awk 'NR == 2 { print $4 }')"
    fi

    # State 0A is a listening TCP socket, 07 a bound UDP one; ports are in hexadecimal.
    awk '$4 == "0A" { split($2, at, ":"); print "listening=tcp:" at[2] }' \
        /proc/net/tcp /proc/net/tcp6 2>/dev/null | sort -u
    awk '$4 == "07" { split($2, at, ":"); print "listening=udp:" at[2] }' \
        /proc/net/udp /proc/net/udp6 2>/dev/null | sort -u
    timeout -k 5 30 docker ps --filter "label=com.docker.compose.project=$project" \
        --format '{{.Ports}}' 2>/dev/null | sed 's/^/owned=/'
    # A project is one on its engine, but the lock is a folder's.
    here=$(cd -P "$dir" 2>/dev/null && pwd -P) || here=$dir
    timeout -k 5 30 docker ps -a --filter "label=com.docker.compose.project=$project" \
        --format '{{.Label "com.docker.compose.project.working_dir"}}' 2>/dev/null | sort -u |
        while read -r root; do
            case $root in '' | "$here"/releases/*) ;; *) fact elsewhere "$root" ;; esac
        done
    # Ports alone: the file may hold secrets.
    sed -n "s/^ *\(LAB_[A-Z_]*PORT\)=[\"']*\([0-9][0-9]*\).*/setting=\1=\2/p" \
        "$dir/shared/.env" 2>/dev/null
    fact checked yes
}
