#!/usr/bin/env bash
# Tool:      aws-sam-translator 1.115.0.
# Behaviour: a ScheduleV2 event without a Name gets a fixed one, function plus event, without the stack in it. The older
#            Schedule event leaves the name to CloudFormation. The role that SAM makes for a ScheduleV2 event has neither
#            the PermissionsBoundary nor the RolePath of its function, though the function's own role has both. The
#            event's OmitName and PermissionsBoundary put this right.
# A guess:   no name given, so none written, and a generated role is like the function's other generated role.
# Matters:   schedule names are unique in an account's group and region: the first stage deploys, the second stage of
#            the same template fails. And where roles must carry a boundary, a template whose functions all have it
#            fails on a role that is nowhere in it.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet aws-sam-translator==1.115.0

cat >probe.py <<'PY'
import logging, sys
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

logging.disable(logging.CRITICAL)
BOUNDARY = "arn:aws:iam::123456789012:policy/boundary"


class Session:
    region_name = "eu-west-1"


def translate(kind, **event):
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {
        "Sweep": {"Type": "AWS::Serverless::Function", "Properties": {
            "Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": "s3://bucket/key",
            "PermissionsBoundary": BOUNDARY, "RolePath": "/probe/",
            "Events": {"Tick": {"Type": kind, "Properties": event}}}}}}
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=Session())
    resources = translator.translate(template, {})["Resources"]
    return {name: resource["Properties"] for name, resource in resources.items()}


def role(properties):
    return {member: properties[member] for member in ("PermissionsBoundary", "Path") if member in properties}


new = translate("ScheduleV2", ScheduleExpression="rate(1 hour)")
old = translate("Schedule", Schedule="rate(1 hour)")
mended = translate("ScheduleV2", ScheduleExpression="rate(1 hour)", OmitName=True, PermissionsBoundary=BOUNDARY)
print("name by ScheduleV2:", new["SweepTick"].get("Name"))
print("name by Schedule:", old["SweepTick"].get("Name"))
print("name by ScheduleV2 with OmitName:", mended["SweepTick"].get("Name"))
print("function's role:", role(new["SweepRole"]))
print("schedule's role:", role(new["SweepTickRole"]))
print("schedule's role, boundary on the event:", role(mended["SweepTickRole"]))

found = (new["SweepTick"].get("Name") == "SweepTick" and "Name" not in old["SweepTick"]
         and "Name" not in mended["SweepTick"]
         and role(new["SweepRole"]) == {"PermissionsBoundary": BOUNDARY, "Path": "/probe/"}
         and role(new["SweepTickRole"]) == {} and role(mended["SweepTickRole"]) == {"PermissionsBoundary": BOUNDARY})
sys.exit(0 if found else "CHANGED: not what was found before")
PY
venv/bin/python probe.py
