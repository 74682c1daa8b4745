#!/bin/bash
# Whether this container's waybill is ready: its /readyz, asked without a client in the image.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${WAYBILL_HTTP_PORT:-8025}"
printf 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
answer=$(cat <&3)
# What is wrong is for `docker inspect`.
printf '%s\n' "$answer" | tail -n 1
[[ $answer == 'HTTP/1.1 200 '* ]]
