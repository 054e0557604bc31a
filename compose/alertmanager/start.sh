#!/bin/sh
# Completes alertmanager.yml with the channels whose files lie in the secrets folder and
# starts Alertmanager with it. Arguments go to Alertmanager; `--print` shows the
# configuration instead.
#
# Environment: LAB_ALERT_WEBHOOK, where every alert goes (the backend);
# LAB_ALERT_SECRETS, the secrets folder; ALERTMANAGER, the program.
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
secrets=${LAB_ALERT_SECRETS:-$folder/secrets}
webhook=${LAB_ALERT_WEBHOOK:-http://backend:5000/internal/alerts}

# The file that switches a channel on.
switch() {
    case $1 in
        slack) echo slack_url ;;
        email) echo email_to ;;
        heartbeat) echo heartbeat_url ;;
        *) echo no-such-channel ;;
    esac
}

# A channel's lines, ${name} replaced by the first line of the file of that name.
channel() {
    while IFS= read -r line; do
        case $line in
            *'${secrets}'*) line=${line%%'${'*}$secrets${line#*'}'} ;;
            *'${'*'}'*)
                name=${line#*'${'}
                name=${name%%'}'*}
                IFS= read -r value <"$secrets/$name" || [ -n "$value" ]
                line=${line%%'${'*}$value${line#*'}'}
                ;;
        esac
        printf '%s\n' "$line"
    done <"$folder/channels/$1.yml"
}

render() {
    while IFS= read -r line; do
        case $line in
            '  - name: '*)
                name=${line#'  - name: '}
                if [ -f "$secrets/$(switch "$name")" ]; then
                    channel "$name"
                    continue
                fi
                ;;
            '  - templates/'*) line="  - $folder/${line#'  - '}" ;;
            '      - url: http://backend:5000/internal/alerts') line="      - url: $webhook" ;;
        esac
        printf '%s\n' "$line"
    done <"$folder/alertmanager.yml"
}

if [ "${1:-}" = --print ]; then
    render
    exit
fi
rendered=$(mktemp)
render >"$rendered"
exec "${ALERTMANAGER:-/bin/alertmanager}" --config.file="$rendered" "$@"
