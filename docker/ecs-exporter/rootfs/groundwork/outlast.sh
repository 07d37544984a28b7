#!/bin/sh
# Runs a command, and ends DEREGISTRATION_DELAY_SECONDS after a signal to stop.
# ECS takes a task's address out of the DNS and stops the task at once, but callers have the address a while longer.
# It stops a container only when all that depend on it have ended: this one does, and so the service goes on serving.
trap 'sleep "${DEREGISTRATION_DELAY_SECONDS:-0}"; exit 0' TERM INT
"$@" &
wait "$!"
