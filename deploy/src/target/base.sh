# Where things lie on the host, and how its files are written.
#
# The deployer sends all files of this folder as one program, in the order that
# ../remote/program.rs names, with arguments of the form key=value that it has checked to be
# of harmless characters alone. $dir, $project, $version and the like are those arguments.

# Every file that is not meant for containers is for the owner alone (see `private`).
umask 022

now() {
    date -u +%Y-%m-%dT%H:%M:%SZ
}

# status RELEASE KEY: one value that is known of a release, or nothing.
status() {
    sed -n "s/^$2=//p" "$dir/state/$1/status" 2>/dev/null | tail -n 1
}

# note RELEASE KEY VALUE [KEY VALUE]…: writes what is known of a release, all of it or nothing.
note() {
    noted=$dir/state/$1/status
    shift
    kept=$(cat "$noted" 2>/dev/null)
    while [ $# -ge 2 ]; do
        kept=$(
            printf '%s\n' "$kept" | grep -v -e "^$1=" -e '^$'
            printf '%s=%s\n' "$1" "$2"
        )
        shift 2
    done
    printf '%s\n' "$kept" >"$noted.new" && mv -f "$noted.new" "$noted"
}

# The release that `current` names, or nothing.
current() {
    link=$(readlink "$dir/current" 2>/dev/null) && printf '%s\n' "${link#releases/}"
}

# All releases, whole or not.
releases() {
    for path in "$dir"/releases/*/ "$dir"/state/*/; do
        [ -d "$path" ] && basename "$path"
    done | sort -u
}

# Releases with the number of the run that last touched them, the newest first.
by_age() {
    for each in $(releases); do
        printf '%s %s\n' "$(status "$each" sequence | grep -x '[0-9]*' || echo 0)" "$each"
    done | sort -k 1,1rn -k 2,2
}

# previous RELEASE: the newest other release that was verified, or nothing.
previous() {
    by_age | while read -r _ each; do
        [ "$each" != "$1" ] && [ "$(status "$each" state)" = verified ] &&
            [ -d "$dir/releases/$each" ] && printf '%s\n' "$each" && break
    done
}

# private COMMAND…: runs it so that others cannot read what it writes.
private() (
    umask 077
    "$@"
)

# act COMMAND…: runs it, or says it when this is a plan.
act() {
    if [ -n "$plan" ]; then
        printf '%s\n' "$*"
    else
        "$@"
    fi
}
