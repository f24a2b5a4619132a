#!/usr/bin/env bash
# Tool:      DynamoDB Local 1.25.1, from npm's amplify-dynamodb-simulator 2.9.30. AWS itself was not asked.
# Behaviour: an UpdateItem whose expression only takes away (REMOVE a, DELETE set :values) on a key without an item
#            answers 200 and leaves an item that has nothing but its keys. So does the older AttributeUpdates with the
#            action DELETE, and an update inside a transaction. A condition like attribute_not_exists(a) does not help.
# A guess:   taking something away from nothing does nothing, as DeleteItem does.
# Matters:   a clean-up that comes late (it trims a list, leaves a set) brings a deleted item back as a ghost: it is found
#            by queries, it makes "create once" fail, and reading it as a full record is an error. Every such update
#            needs attribute_exists(pk).
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


def table_item(key):
    return call("GetItem", TableName="probe", Key={"pk": {"S": key}}, ConsistentRead=True).get("Item")


call("CreateTable", TableName="probe", BillingMode="PAY_PER_REQUEST",
     AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
     KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}])
updates = {
    "REMOVE": {"UpdateExpression": "REMOVE tail"},
    "DELETE from a set": {"UpdateExpression": "DELETE recent :k", "ExpressionAttributeValues": {":k": {"SS": ["a"]}}},
    "AttributeUpdates DELETE": {"AttributeUpdates": {"tail": {"Action": "DELETE"}}},
    "REMOVE if attribute_not_exists(tail)": {"UpdateExpression": "REMOVE tail",
                                             "ConditionExpression": "attribute_not_exists(tail)"},
}
ghosts = []
for name, update in updates.items():
    call("UpdateItem", TableName="probe", Key={"pk": {"S": name}}, **update)
    ghosts.append(table_item(name) == {"pk": {"S": name}})
    print(f"{name}: {table_item(name)}")

name = "REMOVE in a transaction"
call("TransactWriteItems", TransactItems=[
    {"Update": {"TableName": "probe", "Key": {"pk": {"S": name}}, "UpdateExpression": "REMOVE tail"}}])
ghosts.append(table_item(name) == {"pk": {"S": name}})
print(f"{name}: {table_item(name)}")

name = "REMOVE if attribute_exists(pk)"
answer = call("UpdateItem", TableName="probe", Key={"pk": {"S": name}}, UpdateExpression="REMOVE tail",
              ConditionExpression="attribute_exists(pk)")
guarded = table_item(name) is None and answer["__type"].endswith("#ConditionalCheckFailedException")
print(f"{name}: {table_item(name)}, {answer['__type'].split('#')[1]}")

call("DeleteItem", TableName="probe", Key={"pk": {"S": "DeleteItem"}})
print(f"DeleteItem: {table_item('DeleteItem')}")
sys.exit(0 if all(ghosts) and guarded and table_item("DeleteItem") is None else "CHANGED: not what was found before")
PY
python3 probe.py "$port"
