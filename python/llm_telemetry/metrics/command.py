"""`llm-telemetry metrics`: gauges for Prometheus, as text, as a file or over HTTP."""

import sys
from types import SimpleNamespace

from llm_telemetry.errors import InputError


def export_metrics(options: SimpleNamespace) -> int:
    """Print gauges of the last full day for Prometheus, write or serve them."""
    # DuckDB is slow to import
    from llm_telemetry.metrics import reading, textfile

    if options.out and options.serve:
        raise InputError("metrics: give --out or --serve, not both")
    if options.serve:
        return _serve(options)
    if options.out:
        textfile.check(options.out)
    text = reading.metrics_text(options.warehouse)
    if not options.out:
        print(text, end="")
        return 0
    textfile.write(text, options.out)
    if not options.quiet:
        series = sum(not line.startswith("#") for line in text.splitlines())
        print(f"{options.out}: {series} series")
    return 0


def _serve(options: SimpleNamespace) -> int:
    from llm_telemetry.metrics import serve

    server = serve.open_server(options.serve, options.warehouse)
    host, port = str(server.server_address[0]), server.server_port
    if not serve.is_loopback(host):
        warning = f"! {host} is not this machine alone: anyone who reaches it can read"
        print(warning, file=sys.stderr)
    if not options.quiet:
        shown = f"[{host}]" if ":" in host else host
        print(f"serving http://{shown}:{port}{serve.PATH}", flush=True)
    serve.serve_until_stopped(server)
    return 0
