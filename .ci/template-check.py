"""Translates infra/template.yaml as SAM does when it deploys, and checks what no linter sees in the result.

    template-check.py TEMPLATE SNAPSHOT [--accept]

The translation is compared with the committed snapshot, which `--accept` writes. The snapshot is also what the CDK construct
embeds, so references to parameters stay references instead of becoming their defaults.
"""

import difflib
import json
import pathlib
import re
import sys
from graphlib import CycleError, TopologicalSorter
from itertools import product

import yaml
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

# CloudWatch's limit for an alarm on an expression.
METRICS_PER_ALARM = 10
PUSH = "execute-api:ManageConnections"
SEND = "sqs:SendMessage"
LOG = ["logs:CreateLogStream", "logs:PutLogEvents"]
TRACE = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
RECEIVE = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
# Lambda's advice: the visibility timeout of a queue is this many timeouts of its function.
TIMEOUTS = 6
ANY_KEY = {"Fn::Sub": "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"}
# What the boundary depends on.
CASES = [{"HasKey": key, "Traced": traced} for key, traced in product((True, False), repeat=2)]


class Readable(yaml.SafeDumper):
    """Writes texts of several lines as such."""


Readable.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)
)


class Session:
    """What the translator asks of a boto session."""

    region_name = "us-east-1"


def translated(path):
    """The CloudFormation template that SAM makes of a template; the code of a function is at `functions/<binary>`."""
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://functions/" + resource["Metadata"]["BuildProperties"]["Binary"]
    # These describe the stack, and in a CDK app the stack is somebody else's.
    del template["Description"], template["Metadata"]
    # A parameter whose value is a reference to itself stays a reference.
    names = [*template["Parameters"], "AWS::Region", "AWS::Partition"]
    values = {name: {"Ref": name} for name in names}
    return of_any_partition(Translator({}, Parser(), boto_session=Session()).translate(template, parameter_values=values))


def of_any_partition(value):
    """SAM writes the partition of the region into ARNs of managed policies; a snapshot has no region.

    In the partition `aws` it takes the one for X-Ray by an old name, in all others by the one that all of them know.
    """
    if isinstance(value, list):
        return [of_any_partition(item) for item in value]
    if isinstance(value, dict):
        return {key: of_any_partition(item) for key, item in value.items()}
    if isinstance(value, str) and value.startswith("arn:aws:"):
        value = value.replace("AWSXrayWriteOnlyAccess", "AWSXRayDaemonWriteAccess")
        return {"Fn::Sub": value.replace("arn:aws:", "arn:${AWS::Partition}:", 1)}
    return value


def needs(value):
    """The logical ids that a value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from needs(item)
    elif isinstance(value, dict):
        for key, argument in value.items():
            if key == "Ref":
                yield argument
            elif key == "Fn::GetAtt":
                yield argument.split(".")[0] if isinstance(argument, str) else argument[0]
            elif key == "DependsOn":
                yield from [argument] if isinstance(argument, str) else argument
            elif key == "Fn::Sub":
                text, variables = (argument, {}) if isinstance(argument, str) else argument
                yield from (name for name in re.findall(r"\$\{([^.}!]+)", text) if name not in variables)
                yield from needs(variables)
            else:
                yield from needs(argument)


def of_type(resources, kind):
    return {name: body for name, body in resources.items() if body["Type"] == kind}


def served(resources):
    """The queues that functions are called with, each with its function and what connects the two."""
    for name, source in of_type(resources, "AWS::Lambda::EventSourceMapping").items():
        yield source["Properties"]["EventSourceArn"], source["Properties"]["FunctionName"]["Ref"], name


def circle(resources):
    """The linters look for one on the resources as written; SAM adds roles, permissions, routes and stages between them."""
    try:
        TopologicalSorter({name: {need for need in needs(body) if need in resources} for name, body in resources.items()}).prepare()
    except CycleError as error:
        yield f"the resources wait for each other: {' -> '.join(error.args[1])}"


def decided(statements, conditions):
    """Statements where conditions hold or do not."""
    if isinstance(statements, list):
        return [item for item in (decided(item, conditions) for item in statements) if item != {"Ref": "AWS::NoValue"}]
    if not isinstance(statements, dict):
        return statements
    if "Fn::If" in statements:
        name, yes, no = statements["Fn::If"]
        return decided(yes if conditions[name] else no, conditions)
    return {key: decided(item, conditions) for key, item in statements.items()}


def grants(statements):
    """Each action that statements allow, with what it is allowed on."""
    for statement in statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        condition = f" if {json.dumps(statement['Condition'], sort_keys=True)}" if "Condition" in statement else ""
        scopes = [json.dumps(resource, sort_keys=True) + condition for resource in resources]
        yield from product(actions, scopes)


def granted(resources, conditions):
    """The statements of whatever grants functions something. Of what SAM attaches, those that they need."""
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        role = resources[f"{name}Role"]["Properties"]
        for policy in role["Policies"]:
            yield f"{name}Role", policy["PolicyDocument"]["Statement"]
        log = {"Fn::GetAtt": [function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"], "Arn"]}
        attached = {
            "AWSLambdaBasicExecutionRole": [{"Action": LOG, "Resource": log}],
            "AWSXRayDaemonWriteAccess": [{"Action": TRACE, "Resource": "*"}] if conditions["Traced"] else [],
            "AWSLambdaSQSQueueExecutionRole": [{"Action": RECEIVE, "Resource": queue} for queue, reader, _ in served(resources) if reader == name],
        }
        for arn in role["ManagedPolicyArns"]:
            policy = arn["Fn::Sub"].split("/")[-1]
            yield f"{policy} of {name}Role", attached[policy]
    # Without a key of one's own it is AWS's, whose policy grants the same.
    (statement,) = resources["TableKeyGrant"]["Properties"]["PolicyDocument"]["Statement"]
    yield "the table's key", [statement if conditions["HasKey"] else statement | {"Resource": ANY_KEY}]


def boundary_and_grants(resources):
    """What functions are granted in vain, because the boundary does not allow it, and what it allows and none is granted."""
    boundary = resources["FunctionBoundary"]["Properties"]["PolicyDocument"]["Statement"]
    for conditions in CASES:
        allowed, used = set(grants(decided(boundary, conditions))), set()
        for name, statements in granted(resources, conditions):
            own = set(grants(statements))
            used |= own
            for action, scope in sorted(own - allowed):
                yield f"{name} grants {action} on {scope}, and FunctionBoundary does not"
        for action, scope in sorted(allowed - used):
            yield f"FunctionBoundary allows {action} on {scope}, and no function is granted it"


def dead_letters(resources):
    """The dead-letter queues of the queues."""
    policies = (queue["Properties"].get("RedrivePolicy") for queue in of_type(resources, "AWS::SQS::Queue").values())
    return {name for policy in policies if policy for name in needs(policy)}


def unserved(resources):
    """Queues whose messages would get lost, or come back while their function works. `Ref` of a queue is its URL, where an ARN is
    needed too, and no tool minds."""
    queues = of_type(resources, "AWS::SQS::Queue")
    with_arn = {json.dumps({"Fn::GetAtt": [name, "Arn"]}): name for name in queues}
    waiting = set(queues) - dead_letters(resources)
    for arn, function, source in served(resources):
        name = with_arn.get(json.dumps(arn))
        if name is None:
            yield f"{source} is called with {json.dumps(arn)}, which is not the ARN of a queue"
            continue
        waiting.discard(name)
        properties = queues[name]["Properties"]
        if "RedrivePolicy" not in properties:
            yield f"{name} has no dead-letter queue"
        if properties.get("VisibilityTimeout", 30) < TIMEOUTS * resources[function]["Properties"]["Timeout"]:
            yield f"the VisibilityTimeout of {name} is less than {TIMEOUTS} times the Timeout of {function}"
        if resources[source]["Properties"].get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"a message that {function} fails to handle takes its whole batch with it: {source} needs ReportBatchItemFailures"
    yield from (f"no function is called with the messages of {name}" for name in sorted(waiting))
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        for policy in role["Properties"]["Policies"]:
            for action, scope in grants(policy["PolicyDocument"]["Statement"]):
                if action.startswith("sqs:") and scope not in with_arn:
                    yield f"{name} grants {action} on {scope}, which is not the ARN of a queue"


def unwatched(resources):
    """Functions and queues that an alarm, the dashboard or a policy was not told of."""
    functions = of_type(resources, "AWS::Lambda::Function")
    pushing = {name for name in functions if PUSH in json.dumps(resources[f"{name}Role"])}
    answering = set(functions) & set(needs(of_type(resources, "AWS::ApiGatewayV2::Integration")))
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    queues = of_type(resources, "AWS::SQS::Queue")
    from_a_bucket = [name for name in queues if name in set(needs(of_type(resources, "AWS::S3::Bucket")))]
    told = {"WorkFailed": dead_letters(resources), "QueuePolicy": set(queues) - set(from_a_bucket)}
    # An alarm has too few metrics for all functions: those of the HTTP API have one, those that nobody waits for another.
    working = set(functions) - set(needs(resources["HttpApi"]))
    for kind in ("Errors", "Throttles"):
        told |= {f"Function{kind}": set(functions) - working, f"Work{kind}": working}
    told |= {"PushFailures": pushing, "SocketErrors": answering}
    told |= {"Dashboard": [*functions, *alarms, *queues], "TableKeyGrant": [f"{name}Role" for name in functions]}
    for name, subjects in told.items():
        for missing in sorted(set(subjects) - set(needs(resources[name]["Properties"]))):
            yield f"{name} does not know {missing}"
    for name, alarm in alarms.items():
        if sum("MetricStat" in metric for metric in alarm["Properties"].get("Metrics", [])) > METRICS_PER_ALARM:
            yield f"{name} has more than {METRICS_PER_ALARM} metrics"


def broken_dashboard(resources):
    for name, dashboard in of_type(resources, "AWS::CloudWatch::Dashboard").items():
        text, variables = dashboard["Properties"]["DashboardBody"]["Fn::Sub"]
        separator, names = variables["Functions"]["Fn::Join"]
        text = text.replace("${Functions}", separator.join("name" for _ in names))
        try:
            json.loads(re.sub(r"\$\{[^}]+\}", "x", text))
        except ValueError as error:
            yield f"the body of {name} is not JSON: {error}"


def throttled_nowhere(resources):
    """Settings for routes that are not there: API Gateway refuses such a stage."""
    paths = resources["HttpApi"]["Properties"]["Body"]["paths"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    routes |= {route["Properties"]["RouteKey"] for route in of_type(resources, "AWS::ApiGatewayV2::Route").values()}
    for name, stage in of_type(resources, "AWS::ApiGatewayV2::Stage").items():
        for key in stage["Properties"].get("RouteSettings", {}):
            if key not in routes:
                yield f"{name} has settings for {key}, which is no route"


def undocumented(template, page):
    """What infra/README.md does not know, or knows otherwise."""
    resources = template["Resources"]
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    queues = of_type(resources, "AWS::SQS::Queue")
    rows = []
    for name, role in of_type(resources, "AWS::IAM::Role").items():
        own = [grant for policy in role["Properties"]["Policies"] for grant in grants(policy["PolicyDocument"]["Statement"])]
        actions = {action for action, _ in own}
        items = [action.removeprefix("dynamodb:").removesuffix("Item") for action in sorted(actions - {PUSH, SEND})]
        sends = [f"`{queue}`" for action, scope in own if action == SEND for queue in needs(json.loads(scope))]
        row = [name.removesuffix("FunctionRole"), ", ".join(items), "yes" if PUSH in actions else "no", ", ".join(sends) or "no"]
        rows.append(f"| {' | '.join(row)} |")
    for text in [*(f"`{name}`" for name in (*template["Parameters"], *template["Outputs"], *alarms, *queues)), *rows]:
        if text not in page:
            yield f"infra/README.md lacks {text}"


def main(path, snapshot, *options):
    template = translated(path)
    resources = template["Resources"]
    checks = [circle, boundary_and_grants, unserved, unwatched, broken_dashboard, throttled_nowhere]
    # Some are found in several cases.
    findings = list(dict.fromkeys(finding for check in checks for finding in check(resources)))
    findings += undocumented(template, pathlib.Path("infra/README.md").read_text(encoding="utf-8"))
    if findings:
        sys.exit("\n".join(f"{path}: {finding}" for finding in findings))

    # Through JSON, which leaves plain types only.
    text = yaml.dump(json.loads(json.dumps(template)), Dumper=Readable, sort_keys=True, width=1000)
    if "--accept" in options:
        with open(snapshot, "w", encoding="utf-8") as file:
            file.write(text)
    with open(snapshot, encoding="utf-8") as file:
        before = file.read()
    if text != before:
        lines = (before.splitlines(keepends=True), text.splitlines(keepends=True))
        sys.stdout.writelines(difflib.unified_diff(*lines, fromfile=snapshot, tofile="translation"))
        sys.exit(f"{snapshot} is not what SAM makes of {path}: read the difference, then .ci/template-lint --accept")
    print(f"template: {len(resources)} resources after translation, {len(checks) + 1} checks passed, the snapshot is up to date")


main(*sys.argv[1:])
