#!/usr/bin/env bash
# tools/api-fuzz.sh [SECONDS] [PHASES]: runs schemathesis (PyPI) on the API of a node of its own, on loopback, for 600 seconds
# and the phases coverage,fuzzing by default. tools/api-fuzz.sh install: only gets it.
# Fails on an answer of status 5xx and on an answer that the OpenAPI document does not describe. Needs python3 with venv.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
venv=${UEC_FUZZ_VENV:-node_modules/.cache/schemathesis}
if [ ! -x "$venv/bin/schemathesis" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q 'schemathesis==4.32.5'
fi
[ "$seconds" = install ] && exit 0
work=$(mktemp -d)
node_modules/.bin/node tools/serve-for-fuzz.ts > "$work/served.json" &
server=$!
trap 'kill $server 2> /dev/null || true; wait $server 2> /dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do [ -s "$work/served.json" ] && break; sleep 0.2; done
address=$(sed -E 's/.*"address":"([^"]+)".*/\1/' "$work/served.json")
token=$(sed -E 's/.*"token":"([^"]+)".*/\1/' "$work/served.json")
# The stream of the ledger never ends, so it is tested elsewhere.
venv=$(realpath "$venv")
export SCHEMATHESIS_HOOKS=schemathesis_hooks PYTHONPATH=$work
cp tools/schemathesis-hooks.py "$work/schemathesis_hooks.py"
cd "$work"
"$venv/bin/schemathesis" run "$address/api/v1/openapi.json" --header "Authorization: Bearer $token" \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance \
  --phases "${2:-coverage,fuzzing}" --max-time "$seconds" --continue-on-failure --request-timeout 20 \
  --exclude-operation-id followLedger --suppress-health-check all --warnings off --no-color
kill -0 $server
