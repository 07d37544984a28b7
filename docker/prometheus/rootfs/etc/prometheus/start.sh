#!/bin/sh
# Prometheus, with the id of its environment's own workspace in the configuration. AWS makes the id up, so that it comes
# as WORKSPACE_ID, not with the image; the filled-in copy lies on the disk, for nothing else can be written to.
set -euf

template=${CONFIG_TEMPLATE:-/etc/prometheus/prometheus.yml}
config=${CONFIG_FILE:-/prometheus/prometheus.yml}

refuse() {
    echo "WORKSPACE_ID: ${WORKSPACE_ID-}: must be the id of a workspace, ws- and its digits" >&2
    exit 1
}

case ${WORKSPACE_ID-} in ws-?*) ;; *) refuse ;; esac
case ${WORKSPACE_ID#ws-} in *[!0-9a-f-]*) refuse ;; esac
sed "s/@workspace@/$WORKSPACE_ID/" "$template" >"$config"
exec "${PROMETHEUS:-/bin/prometheus}" "$@"
