#!/bin/sh
# Copies the workspace without its code: manifests, the lock file, cargo's settings, and an
# empty file where a crate's root is. Built, that is every dependency and nothing of ours.
#
#   hollow.sh FOLDER
set -eu
to=$1

find . \( -path ./target -o -path ./.git \) -prune -o -type f \
    \( -name Cargo.toml -o -path ./Cargo.lock -o -path './.cargo/*' \) -print |
while IFS= read -r file; do
    mkdir -p "$to/$(dirname "$file")"
    cp "$file" "$to/$file"
done

find . \( -path ./target -o -path ./.git \) -prune -o -type f \
    \( -path '*/src/lib.rs' -o -path '*/src/main.rs' -o -path '*/src/bin/*.rs' \) -print |
while IFS= read -r file; do
    mkdir -p "$to/$(dirname "$file")"
    echo 'fn main() {}' >"$to/$file"
done
