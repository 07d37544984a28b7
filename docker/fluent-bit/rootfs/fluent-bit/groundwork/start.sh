#!/bin/sh
# Runs a command, and passes a signal to stop on to it some seconds late.
# ECS stops the router when the application has ended, but Fluent Bit takes in nothing more from then on, not even
# what its own filters still hold: the last lines of every task would be lost.
router='' stopped=''
# Before the start: a signal that comes between the two would end this shell and leave the command running.
trap 'stopped=yes; [ -z "$router" ] || { sleep "${LAST_LINES_SECONDS:-4}"; kill -TERM "$router"; }' TERM INT
"$@" &
router=$!
[ -z "$stopped" ] || kill -KILL "$router" # it holds nothing yet, and may not have its own handlers
wait "$router"
status=$?
# A signal ends `wait` early.
while kill -0 "$router" 2>/dev/null; do
    wait "$router"
    status=$?
done
# It may have ended between the two, its code not asked for yet.
if [ -n "$stopped" ]; then
    wait "$router"
    again=$?
    [ "$again" -eq 127 ] || status=$again
fi
exit "$status"
