#!/usr/bin/env bash
# Tool:      aws-sam-translator 1.115.0.
# Behaviour: DeadLetterConfig with the Arn of one's own queue is taken by ScheduleV2, Schedule and EventBridgeRule events
#            alike. Only for ScheduleV2 does SAM also let the event send there (a statement in the schedule's role). For
#            the other two the queue gets no policy, and nothing warns. Where SAM makes the queue itself (Type: SQS),
#            all three get the permission.
# A guess:   the same member of the same name gives the same permission for every event, as it does for Type: SQS.
# Matters:   the dead letters of a rule are lost exactly when something is wrong already, and the alarm on the queue
#            stays green. Beside such an event write the queue's policy (events.amazonaws.com, aws:SourceArn) by hand.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet aws-sam-translator==1.115.0

cat >probe.py <<'PY'
import json, logging, sys
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

logging.disable(logging.CRITICAL)


class Session:
    region_name = "eu-west-1"


def translate(event, dead_letters):
    template = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Work": {"Type": "AWS::Serverless::Function", "Properties": {
            "Runtime": "provided.al2023", "Handler": "bootstrap", "CodeUri": "s3://bucket/key",
            "Events": {"Tick": {"Type": event, "Properties": {**EVENTS[event], "DeadLetterConfig": dead_letters}}}}}}}
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=Session())
    return translator.translate(template, {})["Resources"]


EVENTS = {
    "ScheduleV2": {"ScheduleExpression": "rate(1 hour)"},
    "Schedule": {"Schedule": "rate(1 hour)"},
    "EventBridgeRule": {"Pattern": {"source": ["probe"]}},
}
WAYS = {"own queue": {"Arn": {"Fn::GetAtt": ["Dead", "Arn"]}}, "SAM's queue": {"Type": "SQS"}}
seen = {}
for event in EVENTS:
    for way, dead_letters in WAYS.items():
        grants = [kind["Type"] for kind in translate(event, dead_letters).values()
                  if "sqs:SendMessage" in json.dumps(kind)]
        seen[event, way] = grants
        print(f"{event}, {way}: sqs:SendMessage is granted by {grants or 'nothing'}")

found = seen == {
    ("ScheduleV2", "own queue"): ["AWS::IAM::Role"], ("ScheduleV2", "SAM's queue"): ["AWS::IAM::Role"],
    ("Schedule", "own queue"): [], ("Schedule", "SAM's queue"): ["AWS::SQS::QueuePolicy"],
    ("EventBridgeRule", "own queue"): [], ("EventBridgeRule", "SAM's queue"): ["AWS::SQS::QueuePolicy"],
}
sys.exit(0 if found else "CHANGED: not what was found before")
PY
venv/bin/python probe.py
