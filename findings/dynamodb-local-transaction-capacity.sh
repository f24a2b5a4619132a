#!/usr/bin/env bash
# Tool:      DynamoDB Local 1.25.1, from npm's amplify-dynamodb-simulator 2.9.30.
# Behaviour: the write capacity that TransactWriteItems reports is four times the sum of the *distinct* costs of its
#            items: one small put is 4, ten small puts are 4 as well, one of 1 KB beside one of 2 KB is 12.
#            TransactGetItems counts right (ten small items are 20), and so does PutItem (1).
# A guess:   AWS's rule, two units for each item and KB begun: 2, 20 and 6.
# Matters:   a budget test ("sending to a group of 15 costs at most so much") that runs here is wrong both ways: it fails
#            a small transaction that is within its budget, and passes a large one that is far over.
set -euo pipefail

dir=$(mktemp -d) server=
trap 'test -z "$server" || { kill "$server"; wait "$server" || :; } 2>/dev/null; rm -rf "$dir"' EXIT
cd "$dir"
npm pack --silent amplify-dynamodb-simulator@2.9.30 >/dev/null
tar -xzf ./*.tgz
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
# The engine has no option for the address that it listens on.
java -Djava.library.path=package/emulator/DynamoDBLocal_lib -jar package/emulator/DynamoDBLocal.jar \
  -inMemory -disableTelemetry -port "$port" >engine.log 2>&1 &
server=$!

cat >probe.py <<'PY'
import json, sys, time, urllib.error, urllib.request

SIGNED = "AWS4-HMAC-SHA256 Credential=probe/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0"


def call(operation, **body):
    request = urllib.request.Request(f"http://127.0.0.1:{sys.argv[1]}/", json.dumps(body).encode(), {
        "Content-Type": "application/x-amz-json-1.0", "Authorization": SIGNED,
        "X-Amz-Target": f"DynamoDB_20120810.{operation}"})
    for _ in range(120):
        try:
            return json.load(urllib.request.urlopen(request))
        except urllib.error.HTTPError as refused:
            sys.exit(refused.read().decode())
        except OSError:
            time.sleep(0.5)
    sys.exit("the engine did not start")


call("CreateTable", TableName="probe", BillingMode="PAY_PER_REQUEST",
     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
     KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])
changed = False
for run, sizes in enumerate([[100], [100] * 10, [1500], [1500] * 2, [100, 1500], [100, 100, 1500, 3500]]):
    answer = call("TransactWriteItems", ReturnConsumedCapacity="TOTAL", TransactItems=[
        {"Put": {"TableName": "probe", "Item": {"pk": {"S": f"{run}-{i}"}, "text": {"S": "x" * size}}}}
        for i, size in enumerate(sizes)])
    reported = answer["ConsumedCapacity"][0]["CapacityUnits"]
    costs = [-(-(size + 20) // 1024) for size in sizes]
    print(f"puts of {sizes} bytes: reported {reported:g}, by AWS's rule {2 * sum(costs)}")
    changed |= reported != 4 * sum(set(costs))

reads = call("TransactGetItems", ReturnConsumedCapacity="TOTAL", TransactItems=[
    {"Get": {"TableName": "probe", "Key": {"pk": {"S": f"1-{i}"}}}} for i in range(10)])
reported = reads["ConsumedCapacity"][0]["CapacityUnits"]
print(f"ten small gets: reported {reported:g}, by AWS's rule 20")
single = call("PutItem", TableName="probe", Item={"pk": {"S": "single"}}, ReturnConsumedCapacity="TOTAL")
print(f"one small PutItem: reported {single['ConsumedCapacity']['CapacityUnits']:g}, by AWS's rule 1")
changed |= reported != 20 or single["ConsumedCapacity"]["CapacityUnits"] != 1
sys.exit("CHANGED: not what was found before" if changed else 0)
PY
python3 probe.py "$port"
