#!/bin/sh
# Builds the lab, starts it, waits until it answers, shows that it works and says where it
# is. Needs Docker with compose, nothing else. Volumes are never removed.
#
#   PROJECT=lab LAB_HOST=localhost ./start-lab.sh [ARGUMENTS OF docker compose up]
#
# LAB_HOST is the name in the addresses at the end; what .env.example lists works as well.
set -eu
cd "$(dirname "$0")"
project=${PROJECT:-lab}
host=${LAB_HOST:-localhost}

fail() {
    echo "start-lab: $1" >&2
    exit 1
}

command -v docker >/dev/null || fail 'docker is not installed'
docker info >/dev/null 2>&1 || fail 'the Docker engine does not answer, or not to this user'
docker compose version >/dev/null 2>&1 || fail 'docker has no compose plugin'

if [ -z "${LAB_REVISION:-}" ] && [ -e .git ] && command -v git >/dev/null; then
    LAB_REVISION=$(git rev-parse --short=12 HEAD)
    export LAB_REVISION
fi

compose() {
    docker compose -p "$project" "$@"
}

# Where a service answers, as the engine knows it: .env has its say in that. Nothing for one
# that does not run.
address() {
    published=$(compose port "$1" "$2" 2>/dev/null) && echo "http://$host:${published##*:}"
}

echo 'Building: some minutes the first time, seconds later.'
compose --profile verify build --quiet
echo 'Starting.'
if ! compose up -d --wait "$@"; then
    compose ps -a
    compose logs --tail 20 --no-color
    fail 'not everything came up; the last lines of each service are above'
fi
echo 'Verifying.'
compose run --rm verify || fail 'it runs, but not all of it works; see above'

cat <<TEXT

The lab answers at $(address frontend 8080)

On the machine itself, or everywhere with LAB_BIND=0.0.0.0:
  Grafana       $(address grafana 3000)
  Prometheus    $(address prometheus 9090)
  Alertmanager  $(address alertmanager 9093)

Stop it, data kept:  docker compose -p $project down
TEXT
