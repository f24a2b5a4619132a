"""Translates a SAM template to CloudFormation and looks for what the linters miss: a circle of dependencies.

They check the circle on the resources as written; SAM adds roles, permissions, integrations and stages between them.
"""

import re
import sys
from graphlib import CycleError, TopologicalSorter

from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator


class Session:
    """What the translator asks of a boto session."""

    region_name = "eu-central-1"


def translated(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):  # what `sam package` does
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    return Translator({}, Parser(), boto_session=Session()).translate(template, parameter_values={})


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


resources = translated(sys.argv[1])["Resources"]
graph = {name: {need for need in needs(resource) if need in resources} for name, resource in resources.items()}
try:
    order = list(TopologicalSorter(graph).static_order())
except CycleError as error:
    sys.exit(f"{sys.argv[1]}: the resources wait for each other: {' -> '.join(error.args[1])}")
print(f"{sys.argv[1]}: {len(order)} resources after translation, no circle")
