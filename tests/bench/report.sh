#!/usr/bin/env bash
# Reports read a second, and what SPF, DKIM, DMARC and return paths cost. Arguments: SECONDS, MAILS.
set -euo pipefail
cmake --build build/release --target report_bench >/dev/null
exec build/release/tests/report_bench "${2:-../shared/cases/ndr-open/mail}" "${1:-3}"
