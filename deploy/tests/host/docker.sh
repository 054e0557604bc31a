#!/bin/sh
# Stands in for docker on the target of a test. It notes each call in $LAB_STAND_IN/calls
# and keeps what an engine would know there as files; the test changes them to have it fail.
# What it does not know is an error, so that no new command goes unnoticed.
set -eu
state=$LAB_STAND_IN
printf '%s\n' "${LAB_VERSION:+[$LAB_VERSION] }$*" >>"$state/calls"

# What never ends, but when it is told to.
hang() {
    exec sleep 600
}

# told NAME: whether the file holds this version.
told() {
    [ -f "$state/$1" ] && grep -qx -e "${LAB_VERSION:-}" -e all "$state/$1"
}

image() {
    printf '%s/images/%s' "$state" "$(printf '%s' "$1" | tr / %)"
}

docker() {
    case "$*" in
        'version --format '*)
            if [ -e "$state/engine-down" ]; then
                echo 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.' >&2
                exit 1
            fi
            cat "$state/engine-version" 2>/dev/null || echo 20.10.24+dfsg1
            ;;
        'info --format '*) echo "$state" ;;
        'ps -a --filter label=com.docker.compose.project='*) cat "$state/root" 2>/dev/null || true ;;
        'ps --filter label=com.docker.compose.project='*) cat "$state/ports" 2>/dev/null || true ;;
        'image inspect '*)
            for last; do :; done
            [ -f "$(image "$last")" ]
            ;;
        'image rm '*) rm "$(image "$3")" ;;
        'pull --quiet '*) : >"$(image "$3")" ;;
        'load -i '*)
            # An archive of the test is a list of images, and anything after an empty line.
            while read -r name && [ -n "$name" ]; do
                : >"$(image "$name")"
                echo "Loaded image: $name"
            done <"$3"
            ;;
        'compose version --short') cat "$state/compose-version" 2>/dev/null || echo 2.26.1-4 ;;
        'compose -p '*)
            shift
            compose "$@"
            ;;
        *)
            echo "stand-in: docker $*" >&2
            exit 64
            ;;
    esac
}

compose() {
    while :; do
        case $1 in
            -p | --profile) shift 2 ;;
            --project-directory) root=$2 && shift 2 ;;
            -f) file=$2 && shift 2 ;;
            --env-file) settings=$2 && shift 2 ;;
            *) break ;;
        esac
    done
    [ -f "$file" ] && [ -f "$settings" ] && [ "$file" = "$root/compose.yaml" ]
    wanted=$(sed -n "s/^ *image: //p" "$file" | sed "s/\${LAB_VERSION:-latest}/$LAB_VERSION/")
    case "$*" in
        'config --images') printf '%s\n' "$wanted" ;;
        build)
            if told build-fails; then
                echo 'error: could not compile' >&2
                exit 1
            fi
            if told build-hangs; then hang; fi
            for name in $wanted; do
                case $name in observability-lab/*) : >"$(image "$name")" ;; esac
            done
            ;;
        'up -d --wait --no-build --remove-orphans')
            for name in $wanted; do
                [ -f "$(image "$name")" ] || { echo "No such image: $name" >&2 && exit 1; }
            done
            printf '%s\n' "$LAB_VERSION" >"$state/running"
            printf '%s\n' "$root" >"$state/root"
            cp "$settings" "$state/settings"
            : >"$state/is-starting"
            while [ -e "$state/hold-up" ]; do sleep 0.05; done
            if told unhealthy; then
                echo "container $LAB_VERSION-backend-1 is unhealthy" >&2
                exit 1
            fi
            if told exits; then
                echo "dependency failed to start: container $LAB_VERSION-backend-1 exited (64)" >&2
                exit 1
            fi
            if told never-green; then hang; fi
            ;;
        'run --rm -T verify --json')
            if told verify-fails; then
                echo '{ "passed": false }'
                exit 1
            fi
            echo '{ "passed": true }'
            ;;
        'run --rm -T verify')
            if told verify-hangs; then hang; fi
            if told verify-fails; then
                echo 'FAILED  the trace is not in Tempo'
                exit 1
            fi
            echo '48 ok, 0 failed, 0 left out'
            ;;
        'ps -a')
            if told exits; then
                echo 'backend  Exited (64)'
            elif told never-green; then
                echo 'backend  Up (health: starting)'
            else
                echo 'backend  Up (unhealthy)'
            fi
            ;;
        'logs --tail 20 --no-color') printf '\033[2Kbackend-1  | no\n' ;;
        *)
            echo "stand-in: compose $*" >&2
            exit 64
            ;;
    esac
}

docker "$@"
