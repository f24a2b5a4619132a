#!/usr/bin/env bash
# Tools:     cfn-lint 1.58.0 and 1.53.1, with aws-sam-translator 1.115.0.
# Behaviour: cfn-lint 1.58.0 passes, without a word, a SAM template whose translation cannot be deployed: bucket, permission
#            and function wait for each other. Given the translation, the same version reports the circle (E3004). Given
#            the SAM template, 1.53.1 reported it too: it still translated.
# A guess:   a newer linter finds at least what the older one found, and "no complaint" about a SAM template speaks of
#            the resources that SAM makes of it.
# Matters:   the template is innocent to look at: an S3 event, and the bucket's name in the function's environment. The
#            first to notice is CloudFormation. Lint what SAM makes of the template, beside the template itself.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
for version in 1.53.1 1.58.0; do
  python3 -m venv "lint-$version"
  "lint-$version/bin/pip" install --quiet "cfn-lint==$version" aws-sam-translator==1.115.0
done

cat >sam.json <<'JSON'
{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Transform": "AWS::Serverless-2016-10-31",
  "Resources": {
    "Files": {"Type": "AWS::S3::Bucket"},
    "Scan": {
      "Type": "AWS::Serverless::Function",
      "Properties": {
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "CodeUri": "s3://bucket/key",
        "Environment": {"Variables": {"FILES": {"Ref": "Files"}}},
        "Events": {"New": {"Type": "S3", "Properties": {"Bucket": {"Ref": "Files"}, "Events": "s3:ObjectCreated:*"}}}
      }
    }
  }
}
JSON
lint-1.58.0/bin/python - <<'PY'
import json, logging
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

logging.disable(logging.CRITICAL)


class Session:
    region_name = "eu-west-1"


with open("sam.json") as template, open("translated.json", "w") as translated:
    translator = Translator(managed_policy_map={}, sam_parser=Parser(), boto_session=Session())
    json.dump(translator.translate(json.load(template), {}), translated)
PY

ids() { # VERSION FILE: the ids of all complaints
  { "lint-$1/bin/cfn-lint" --format parseable "$2" || :; } | cut -d: -f6 | sort -u | xargs
}
older=$(ids 1.53.1 sam.json) newer=$(ids 1.58.0 sam.json) translated=$(ids 1.58.0 translated.json)
echo "cfn-lint 1.53.1, SAM template: ${older:-nothing}"
echo "cfn-lint 1.58.0, SAM template: ${newer:-nothing}"
echo "cfn-lint 1.58.0, its translation: ${translated:-nothing}"
if [ "$older/$newer/$translated" != E3004//E3004 ]; then
  echo "CHANGED: not what was found before" >&2
  exit 1
fi
