#!/bin/sh
# Grafana with an administrator's password that nobody has to choose: a random one, made at
# the first start. `docker compose exec grafana cat /var/lib/grafana/admin-password` shows it.
set -eu
file=/var/lib/grafana/admin-password
if [ ! -s "$file" ]; then
    (umask 077 && head -c 18 /dev/urandom | base64 >"$file")
fi
export GF_SECURITY_ADMIN_PASSWORD__FILE="$file"
exec /run.sh "$@"
