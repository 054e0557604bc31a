#!/bin/sh
# PostgreSQL with a password that nobody has to choose: LAB_DB_PASSWORD, or else a random
# one, settled when the database is made. It lies where its socket does, on a volume that
# the backend alone reads besides.
set -eu
file=/var/run/postgresql/password
umask 022
if [ ! -s "$file" ] || [ ! -e "$PGDATA/PG_VERSION" ]; then
    password=${LAB_DB_PASSWORD:-$(head -c 24 /dev/urandom | base64)}
    printf '%s\n' "$password" >"$file.new"
    mv "$file.new" "$file"
fi
unset LAB_DB_PASSWORD
export POSTGRES_PASSWORD_FILE=$file
exec docker-entrypoint.sh postgres "$@"
