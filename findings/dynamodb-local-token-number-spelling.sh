#!/usr/bin/env bash
# Tool:      DynamoDB Local 1.25.1, from npm's amplify-dynamodb-simulator 2.9.30. AWS itself was not asked.
# Behaviour: TransactWriteItems is sent again under its ClientRequestToken. The same attributes, map members or set members
#            in another order are the same request. The number 1 written as 1.0 is not:
#            IdempotentParameterMismatchException. Yet the engine stores 1.0 as 1, and a condition n = 1.0 holds for 1.
# A guess:   what the engine counts as equal everywhere else is equal here too. (Or, the other way round, the request
#            is compared byte for byte, and then another order would be refused as well.)
# Matters:   a repeat that is built anew can spell a number differently: after reading it back from the table, through
#            a float, or from a client in another language. The safe repeat then fails for good. Order is no worry, so
#            a HashMap that is written in another order on each try is safe; keep numbers as they were sent.
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
            return json.load(refused)
        except OSError:
            time.sleep(0.5)
    sys.exit("the engine did not start")


def put(token, item):
    answer = call("TransactWriteItems", ClientRequestToken=token, TransactItems=[
        {"Put": {"TableName": "probe", "Item": item}}])
    return answer.get("__type", "same").split("#")[-1]


call("CreateTable", TableName="probe", BillingMode="PAY_PER_REQUEST",
     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
     KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])
key, one, float_one = {"pk": {"S": "a"}}, {"n": {"N": "1"}}, {"n": {"N": "1.0"}}
repeats = {
    "nothing changed": ({**key, **one}, {**key, **one}),
    "attributes in another order": ({**key, **one}, {**one, **key}),
    "map members in another order": ({**key, "m": {"M": {"x": {"S": "1"}, "y": {"S": "2"}}}},
                                     {**key, "m": {"M": {"y": {"S": "2"}, "x": {"S": "1"}}}}),
    "set members in another order": ({**key, "s": {"SS": ["x", "y"]}}, {**key, "s": {"SS": ["y", "x"]}}),
    "1.0 for 1": ({**key, **one}, {**key, **float_one}),
}
seen = {}
for name, (first, second) in repeats.items():
    if put(name, first) != "same":
        sys.exit(f"{name}: the first request was refused")
    seen[name] = put(name, second)
    print(f"{name}: {seen[name]}")

call("PutItem", TableName="probe", Item={**key, **float_one})
stored = call("GetItem", TableName="probe", Key=key)["Item"]["n"]["N"]
equal = "__type" not in call("PutItem", TableName="probe", Item=key, ConditionExpression="n = :n",
                             ExpressionAttributeValues={":n": {"N": "1.0"}})
print(f"1.0 is stored as {stored}; the condition n = 1.0 holds for it: {equal}")

*others, spelling = seen.values()
found = set(others) == {"same"} and spelling == "IdempotentParameterMismatchException" and stored == "1" and equal
sys.exit(0 if found else "CHANGED: not what was found before")
PY
python3 probe.py "$port"
