# The lock, and what is done under it while the deployer is connected.
#
# flock(2) keeps two deploys apart: the kernel frees it when the last process that has it
# open ends, however it ends. First that is this session, then the run that it starts.

# Seconds without a sign of life after which the deployer counts as gone. A connection that
# is cut without a word would hold the lock as long as TCP believes in it.
PATIENCE=60

# shellcheck disable=SC2016
READ='IFS= read -r line && printf "%s\n" "$line"'

# Past runs whose output is kept.
RUNS=20

refuse() {
    printf 'refused %s\n' "$*"
    exit 1
}

session() {
    mkdir -p "$dir" || refuse "$dir cannot be made"
    dir=$(cd -P "$dir" && pwd -P) || refuse "$dir cannot be entered"
    exec 9<>"$dir/lock" || refuse "the lock $dir/lock cannot be opened"
    # Five seconds at the least: `releases` has the lock for a moment, and a session whose
    # deployer has just ended for a little longer. Neither is another deployment.
    if ! flock -w "$((wait < 5 ? 5 : wait))" 9; then
        printf 'locked %s\n' "$(holder)"
        exit 1
    fi
    printf 'what=%s %s\nwho=%s\nsince=%s\n' "$what" "$version" "$who" "$(now)" >"$dir/lock"
    if [ "$what" = deploy ]; then prepare_deploy; else prepare_rollback; fi
    # The other side may send now: until here it was silent, so that nothing that belongs
    # to this loop can have been read together with the program.
    while line=$(timeout "$PATIENCE" sh -c "$READ" 9>&-); do
        case $line in
            '') ;;
            held) echo held ;;
            copied) copied ;;
            run) start_run ;;
            *) exit 1 ;;
        esac
    done
}

# Who holds the lock, in a sentence's words.
holder() {
    sed -n 's/^what=//p; s/^who=/by /p; s/^since=/since /p' "$dir/lock" | tr '\n' ' '
}

prepare_deploy() {
    mkdir -p "$dir/releases/$version" "$dir/state/$version" "$dir/runs" "$dir/shared" \
        "$dir/incoming" || refuse "$dir is not writable, or full"
    [ -e "$dir/shared/.env" ] || private touch "$dir/shared/.env" ||
        refuse "$dir/shared/.env cannot be made"
    end_copy
    clear_incoming
    next_sequence
    at=$(current)
    # What has run may run still, or again: its files stay as they are.
    mode=copy
    case $(status "$version" state) in
        verified | activating | withdrawn) mode=compare ;;
        *) [ "$version" != "$at" ] || mode=compare ;;
    esac
    if [ "$mode" = copy ]; then
        note "$version" state copying sequence "$sequence" revision "$revision" reason '' ||
            refuse "the state of $version cannot be written; is the disk full?"
    fi
    printf 'ready version=%s mode=%s current=%s previous=%s\n' \
        "$version" "$mode" "$at" "$(previous "$version")"
}

# Ends an earlier copy: its deployer has lost the lock, but nobody may have told rsync, which
# believes in its connection as long as TCP does. Two at a time would undo each other's work.
end_copy() {
    flock -n "$dir/copying" true && return
    find /proc/[0-9]*/fd -lname "$dir/copying" 2>/dev/null |
        sed 's|^/proc/\([0-9]*\)/.*|\1|' | sort -u |
        while read -r holder; do kill "$holder" 2>/dev/null; done
    flock -w 20 "$dir/copying" true || refuse 'an earlier copy does not end'
}

# Removes the archives that earlier deployments were to load and did not: of this one's, what
# has arrived need not be sent again.
clear_incoming() {
    find "$dir/incoming" -mindepth 1 ! -name "$archive" -type f -delete
}

prepare_rollback() {
    at=$(current)
    if [ -n "$only_from" ] && [ "$only_from" != "$at" ]; then
        printf 'nothing version=%s\n' "$at"
        exit 0
    fi
    [ -n "$at" ] || refuse 'no release is deployed here'
    [ -n "$version" ] || version=$(previous "$at")
    [ -n "$version" ] || refuse "there is no release before $at that has worked"
    [ "$version" != "$at" ] || refuse "$version is what runs"
    [ -n "$(status "$version" state)" ] ||
        refuse "there is no release $version; \`releases\` lists those that are there"
    [ "$(status "$version" state)" != copying ] || refuse "$version is incomplete"
    [ -f "$dir/state/$version/env" ] || refuse "$version has never been started"
    next_sequence
    printf 'ready version=%s mode=none current=%s previous=%s\n' "$version" "$at" "$at"
}

next_sequence() {
    sequence=$(($(cat "$dir/state/sequence" 2>/dev/null || echo 0) + 1))
    { printf '%s\n' "$sequence" >"$dir/state/sequence.new"; } ||
        refuse "$dir is not writable, or full"
    mv -f "$dir/state/sequence.new" "$dir/state/sequence"
}

# The marker of a release that is whole. Its files reach the disk before it does.
copied() {
    sync -f "$dir/releases/$version"
    note "$version" state copied copied "$(now)" ||
        refuse "the state of $version cannot be written; is the disk full?"
    echo copied
}

# Starts what goes on without the connection, and hands it both locks: that of the host, and
# one by which others see that it lives.
start_run() {
    run=$(date -u +%Y%m%dT%H%M%SZ)-$$
    folder=$dir/runs/$run
    mkdir -p "$folder"
    # The log is there before the deployer asks for it, however late the run is scheduled. A
    # `:` that cannot write would end this shell before it refuses.
    # shellcheck disable=SC2154  # what sent this program put it into a variable
    { printf '%s\n' "$program" >"$folder/program" && true >"$folder/log"; } ||
        refuse "$folder cannot be written; is the disk full?"
    # The output may hold what services print.
    chmod 700 "$folder"
    exec 8>"$folder/alive"
    flock 8
    setsid sh "$folder/program" run "dir=$dir" "project=$project" "what=$what" \
        "version=$version" "archive=$archive" "keep=$keep" "run=$run" "who=$who" \
        "sequence=$sequence" "build_seconds=$build_seconds" "up_seconds=$up_seconds" \
        "verify_seconds=$verify_seconds" </dev/null >"$folder/log" 2>&1 &
    exec 8>&-
    printf 'run %s\n' "$run"
    for path in $(find "$dir/runs" -mindepth 1 -maxdepth 1 -type d | sort -r | tail -n "+$((RUNS + 1))"); do
        rm -rf "$path"
    done
}

# New settings of the host, from standard input.
settings() {
    private tee "$dir/shared/.env.new" >/dev/null &&
        mv -f "$dir/shared/.env.new" "$dir/shared/.env"
}
