# What only looks: a run's output, its result, the releases, a plan.

# Prints the output of a run from $offset on until the run is over.
follow() {
    folder=$dir/runs/$run
    [ -f "$folder/log" ] || exit 4
    # Not where the output goes, which is counted.
    echo following >&2
    while :; do
        over=
        # Asked before the last of the output is read, so that nothing is missed.
        if flock -s -n "$folder/alive" true; then over=yes; fi
        # Without the folder there is nothing to wait for.
        size=$(wc -c <"$folder/log") || exit 4
        if [ "$size" -gt "$offset" ]; then
            tail -c "+$((offset + 1))" "$folder/log" | head -c "$((size - offset))" || exit
            offset=$size
        fi
        [ -z "$over" ] || break
        sleep 0.3
    done
    [ -f "$folder/result" ] || exit 3
}

result() {
    cat "$dir/runs/$run/result"
}

list() {
    at=$(current)
    before=$(previous "$at")
    for each in $(by_age | cut -d ' ' -f 2); do
        mark=
        [ "$each" != "$at" ] || mark=current
        [ "$each" != "$before" ] || mark=previous
        state=$(status "$each" state)
        printf 'release=%s\t%s\t%s\t%s\t%s\t%s\n' "$each" "$mark" "${state:-copying}" \
            "$(status "$each" copied)" "$(status "$each" revision)" "$(status "$each" reason)"
    done
    if [ -f "$dir/lock" ] && ! flock -s -n "$dir/lock" true; then
        printf 'locked=%s\n' "$(holder)"
    fi
    echo listed=yes
}

# The verification of what runs; standard output is its report.
verified() {
    at=$(current)
    [ -n "$at" ] || { echo 'no release is deployed here' >&2 && exit 1; }
    verify "$at" --json
}

# What a run would do, by the functions that do it.
planned() {
    plan=yes run=plan
    from=$(current)
    back=$(previous "$version")
    if [ "$what" = rollback ]; then
        [ -n "$version" ] || version=$(previous "$from")
        back=$from
        [ -n "$version" ] || version=NONE
    else
        echo "cp $dir/shared/.env $dir/state/$version/env"
    fi
    images
    echo 'docker pull IMAGE, for each that the host does not have'
    switch "$version"
    start "$version"
    verify "$version"
    if [ -n "$back" ]; then
        echo "and if one of these fails, back to $back:"
        switch "$back"
        start "$back"
        verify "$back"
    else
        echo 'there would be no release to go back to'
    fi
}
