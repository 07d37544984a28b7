#!/bin/sh
# Alertmanager, with what is confidential about each receiver in a file of its own, which alertmanager.yml names. ECS
# gives it as variables; RECEIVERS says which, in words of file=VARIABLE.
set -euf
umask 077

refuse() {
    echo "RECEIVERS: $1: must be file=VARIABLE, with a value" >&2
    exit 1
}

for receiver in ${RECEIVERS:-}; do
    case $receiver in /*=[A-Z]*) ;; *) refuse "$receiver" ;; esac
    file=${receiver%%=*}
    variable=${receiver#*=}
    case $variable in *[!A-Z0-9_]*) refuse "$receiver" ;; esac
    eval "value=\${$variable-}"
    [ -n "$value" ] || refuse "$receiver"
    printf '%s' "$value" >"$file"
    unset "$variable" value
done
exec "${ALERTMANAGER:-/bin/alertmanager}" "$@"
