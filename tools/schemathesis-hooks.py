"""Bodies that schemathesis cannot write by itself: a JSON value a line, and bytes."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    rows = value if isinstance(value, list) else [value]
    return "".join(json.dumps(row, default=str) + "\n" for row in rows).encode()


@schemathesis.serializer("application/offset+octet-stream")
def part(ctx, value):
    return value if isinstance(value, bytes) else json.dumps(value, default=str).encode()
