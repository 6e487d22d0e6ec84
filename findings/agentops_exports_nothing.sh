#!/usr/bin/env bash
# agentops 0.4.21 asks for any OTLP exporter above 1.29.0 and so gets 1.45.2, reads `_headers`
# of it, which that version no longer has, and exports no span at all: a line on stderr for
# each batch, and the app goes on.
# Seen: "'AuthenticatedOTLPExporter' object has no attribute '_headers'", and no request
# at /v1/traces of the collector, though the session ended with success.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    agentops==0.4.21 opentelemetry-exporter-otlp-proto-http==1.45.2
cd "$folder"
"$folder/venv/bin/python" - > output.txt 2>&1 <<'PYTHON'
import os
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import agentops

PATHS = []


class Platform(BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        PATHS.append(self.path)
        data = b'{"token": "none", "project_id": "1", "project_prem_status": "free"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST


server = ThreadingHTTPServer(("127.0.0.1", 0), Platform)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"
agentops.init(
    api_key="11111111-1111-1111-1111-111111111111",
    endpoint=url,
    app_url=url,
    exporter_endpoint=f"{url}/v1/traces",
)


@agentops.operation
def step():
    return 1


# the token that it would export with is fetched in the background
deadline = time.monotonic() + 20
while not any("auth" in path for path in PATHS) and time.monotonic() < deadline:
    time.sleep(0.1)
time.sleep(0.5)
step()
agentops.end_trace(end_state="Success")
assert any("auth" in path for path in PATHS)
print("requests:", sorted(set(PATHS)), flush=True)
print("exported:", any(path.endswith("/v1/traces") for path in PATHS), flush=True)
os._exit(0)
PYTHON
cat output.txt
grep -q "object has no attribute '_headers'" output.txt
grep -q "^exported: False" output.txt
