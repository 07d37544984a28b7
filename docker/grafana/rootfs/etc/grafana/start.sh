#!/bin/sh
# Grafana, with a data source for each collection of logs. They come as LOGS_COLLECTIONS, not with the image
# (modules/monitoring_services/grafana.py): a service that comes or goes needs no new one. Its words are service=host.
set -euf

template=${LOGS_TEMPLATE:-/etc/grafana/logs-source.yaml}
provisioning=$GF_PATHS_DATA/provisioning
sources=$provisioning/datasources/logs.yaml

refuse() {
    echo "LOGS_COLLECTIONS: $1: must be service=host" >&2
    exit 1
}

# A copy, for the image's own folder may not be Grafana's to write to.
rm -rf "$provisioning"
mkdir -p "$provisioning/datasources"
cp -R "$GF_PATHS_PROVISIONING/." "$provisioning"

printf 'apiVersion: 1\nprune: true\ndatasources:\n' >"$sources"
for collection in ${LOGS_COLLECTIONS:-}; do
    case $collection in *=*) ;; *) refuse "$collection" ;; esac
    service=${collection%%=*}
    host=${collection#*=}
    case $service in '' | [!a-z]* | *[!a-z0-9-]*) refuse "$collection" ;; esac
    case $host in '' | [!a-z0-9]* | *[!a-z0-9.-]*) refuse "$collection" ;; esac
    sed -e "s/@service@/$service/g" -e "s/@host@/$host/g" "$template" >>"$sources"
done

GF_PATHS_PROVISIONING=$provisioning
export GF_PATHS_PROVISIONING
exec "${GRAFANA_RUN:-/run.sh}" "$@"
