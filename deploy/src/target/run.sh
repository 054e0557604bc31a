# What the host does by itself, whatever becomes of the connection: images, the switch, the
# start, the verification and the way back. Its output is runs/ID/log; lines that begin with
# the run's name are for the deployer. The last thing it writes is runs/ID/result.

# With the time, in seconds of a clock that nobody sets.
event() {
    read -r uptime _ </proc/uptime
    printf '::%s:: %s %s\n' "$run" "$uptime" "$*"
}

# step NAME COMMAND…
step() {
    step=$1
    shift
    event "step $step"
    if "$@"; then
        event "done $step"
    else
        event "failed $step"
        return 1
    fi
}

# compose SECONDS RELEASE ARGUMENTS…
#
# The project's folder is the release's own, not `current`: a container whose files have
# changed then has other mounts, so that compose makes it anew, and switching `current`
# changes nothing for one that runs. The settings are those that the release was started
# with, so that the way back leads to what has worked.
compose() (
    limit=$1 root=$dir/releases/$2
    LAB_VERSION=$2
    LAB_REVISION=$(status "$2" revision)
    export LAB_VERSION LAB_REVISION
    settings=$dir/state/$2/env
    shift 2
    # Nothing that outlives the run may keep its locks.
    exec 8>&- 9>&-
    [ -z "$plan" ] || printf 'LAB_VERSION=%s ' "$LAB_VERSION"
    within "$limit" docker compose -p "$project" --project-directory "$root" \
        -f "$root/compose.yaml" --env-file "$settings" "$@"
)

# within SECONDS COMMAND…: says it when they are not enough.
within() {
    act timeout -k 20 "$@"
    code=$?
    # 137 where the command did not heed the first signal.
    case $code in 124 | 137) echo "no end within $1 s: $2 $3" >&2 ;; esac
    return "$code"
}

# What is left of the time for images, in whole seconds; at least one, for none is no limit.
left() {
    [ -z "$plan" ] || { printf '%s\n' "$build_seconds" && return; }
    read -r uptime _ </proc/uptime
    seconds=$((images_began + build_seconds - ${uptime%.*}))
    printf '%s\n' "$((seconds > 1 ? seconds : 1))"
}

has_image() {
    timeout 30 docker image inspect --format x "$1" >/dev/null 2>&1
}

# own_images RELEASE: the images that are made of it.
own_images() {
    compose 60 "$1" --profile verify config --images | grep ":$1\$"
}

build() {
    compose "$(left)" "$version" --profile verify build
}

images() {
    read -r uptime _ </proc/uptime
    images_began=${uptime%.*}
    if [ -n "$archive" ]; then
        within "$(left)" docker load -i "$dir/incoming/$archive" || return
    elif [ "$what" = deploy ]; then
        build || return
    fi
    [ -z "$plan" ] || return 0
    wanted=$(compose 60 "$version" --profile verify config --images) || return
    if [ "$what" = rollback ]; then
        for image in $(own_images "$version"); do
            has_image "$image" || { build && break; } || return
        done
    fi
    # Before the switch: what is fetched only then prolongs the interruption.
    for image in $wanted; do
        has_image "$image" && continue
        if [ -n "$archive" ]; then
            echo "neither the archive nor this host has the image $image"
            return 1
        fi
        within "$(left)" docker pull --quiet "$image" || return
    done
    [ -z "$archive" ] || rm -f "$dir/incoming/$archive"
}

# start RELEASE
start() {
    compose "$up_seconds" "$1" up -d --wait --no-build --remove-orphans && return
    echo "not everything came up within $up_seconds s; services and their last lines:"
    compose 60 "$1" ps -a
    compose 60 "$1" logs --tail 20 --no-color
    return 1
}

# verify RELEASE [ARGUMENTS…]
verify() {
    verify_release=$1
    shift
    compose "$verify_seconds" "$verify_release" run --rm -T verify "$@"
}

# switch RELEASE: in one step, there is no moment without `current`.
switch() {
    act ln -sfn "releases/$1" "$dir/current.new" && act mv -fT "$dir/current.new" "$dir/current"
}

# What cannot be noted is not begun.
activate() {
    step=state
    note "$version" state activating reason '' || return
    switch "$version" && step start start "$version" && step verify verify "$version"
}

run() {
    trap '' HUP
    folder=$dir/runs/$run
    began=$(date +%s)
    from=$(current)
    back=$(previous "$version")
    [ "$what" = rollback ] || private cp "$dir/shared/.env" "$dir/state/$version/env" || {
        finish 1 unchanged "the settings could not be copied; is the disk full?"
        return
    }
    if ! step images images; then
        # What runs is none the worse for images that could not be made.
        case $(status "$version" state) in
            copied | failed) note "$version" state failed reason "$step" ;;
        esac
        finish 1 unchanged "the images of $version could not be made; nothing was switched"
    elif activate; then
        note "$version" state verified sequence "$sequence" verified "$(now)" reason ''
        [ "$what" = deploy ] || [ "$(status "$from" state)" != verified ] ||
            note "$from" state withdrawn
        finish 0 working "$version runs and is verified"
        prune
    else
        reason=$step
        note "$version" state failed reason "$reason"
        way_back
    fi
}

way_back() {
    if [ -z "$back" ]; then
        finish 4 failed "$version failed ($reason), and there is no release before it that has worked; it is left as it is for inspection"
        return
    fi
    event "note $version failed ($reason); going back to $back"
    switch "$back"
    if step "start $back" start "$back" && step "verify $back" verify "$back"; then
        finish 3 rolled-back "$version failed ($reason); $back runs again and is verified"
    else
        finish 4 failed "$version failed ($reason), and so did the way back to $back ($step)"
    fi
}

# finish CODE RESULT SENTENCE
finish() {
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s s\t%s\n' "$(now)" "$sequence" "$what" "$version" \
        "${from:--}" "$2" "$(($(date +%s) - began))" "$who" >>"$dir/deployments.log"
    printf 'code=%s\nresult=%s\nversion=%s\nprevious=%s\ncurrent=%s\nsentence=%s\n' \
        "$1" "$2" "$version" "$from" "$(current)" "$3" >"$folder/result.new" &&
        mv -f "$folder/result.new" "$folder/result"
}

# Removes releases beyond $keep with their images; never the current one or the one before.
prune() {
    kept_current=$(current)
    kept_previous=$(previous "$kept_current")
    count=0
    for each in $(by_age | cut -d ' ' -f 2); do
        count=$((count + 1))
        [ "$count" -gt "$keep" ] || continue
        case $each in "$kept_current" | "$kept_previous") continue ;; esac
        event "note removing release $each"
        for image in $(own_images "$each"); do
            timeout 60 docker image rm "$image" || true
        done
        # Half removed it would look like a release.
        rm -f "$dir/state/$each/status"
        rm -rf "$dir/releases/$each" "$dir/state/$each"
    done
}
