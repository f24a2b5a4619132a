//! The intrinsic functions of CloudFormation, evaluated as in a deployment.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Map, Value, json};

/// The values of the names in a template.
#[derive(Default)]
pub(super) struct Scope {
    /// Parameters and pseudo parameters. `None` is a parameter without a value and without a default.
    pub(super) parameters: BTreeMap<String, Option<Value>>,
    /// The template's `Conditions`, not evaluated yet.
    pub(super) conditions: Map<String, Value>,
    pub(super) mappings: Map<String, Value>,
    /// The values of `Ref`, by resource.
    pub(super) references: BTreeMap<String, String>,
    /// The values of `GetAtt`, under `Resource.Attribute`.
    pub(super) attributes: BTreeMap<String, String>,
}

impl Scope {
    /// Evaluates a value. `AWS::NoValue` is removed from the object or list that contains it.
    ///
    /// # Errors
    /// A message that names what could not be resolved.
    pub(super) fn evaluate(&self, value: &Value) -> Result<Value> {
        Ok(self.optional(value)?.unwrap_or(Value::Null))
    }

    /// Evaluates a value to a string. As in CloudFormation, numbers and booleans become strings.
    ///
    /// # Errors
    /// As [`Scope::evaluate`], or if the result is not a string.
    pub(super) fn text(&self, value: &Value) -> Result<String> {
        plain(&self.evaluate(value)?).with_context(|| format!("{value} is not a string"))
    }

    fn optional(&self, value: &Value) -> Result<Option<Value>> {
        match value {
            Value::Array(items) => {
                let evaluated = items.iter().filter_map(|item| self.optional(item).transpose());
                Ok(Some(Value::Array(evaluated.collect::<Result<_>>()?)))
            }
            Value::Object(entries) => {
                if let Some((name, argument)) = single(entries)
                    && (name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
                {
                    return self.call(name, argument);
                }
                let mut object = Map::new();
                for (key, entry) in entries {
                    if let Some(evaluated) = self.optional(entry)? {
                        object.insert(key.clone(), evaluated);
                    }
                }
                Ok(Some(Value::Object(object)))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    fn call(&self, name: &str, argument: &Value) -> Result<Option<Value>> {
        Ok(Some(match name {
            "Ref" => match argument.as_str() {
                Some("AWS::NoValue") => return Ok(None),
                Some(target) => self.reference(target)?,
                None => bail!("Ref needs a name, not {argument}"),
            },
            "Fn::GetAtt" => self.attribute(argument)?,
            "Fn::Sub" => json!(self.substitute(argument)?),
            "Fn::Join" => {
                let [separator, items] = arguments(name, argument)?;
                let items = self.list(items)?;
                let texts: Option<Vec<String>> = items.iter().map(plain).collect();
                json!(texts.context("Fn::Join joins strings only")?.join(&self.text(separator)?))
            }
            "Fn::Split" => {
                let [separator, text] = arguments(name, argument)?;
                json!(self.text(text)?.split(self.text(separator)?.as_str()).collect::<Vec<_>>())
            }
            "Fn::Select" => {
                let [index, items] = arguments(name, argument)?;
                let index: usize = self.text(index)?.parse().context("Fn::Select needs a number")?;
                self.list(items)?.get(index).cloned().context("Fn::Select has an index beyond the end of its list")?
            }
            "Fn::FindInMap" => {
                let [map, first, second] = arguments(name, argument)?;
                let path = [self.text(map)?, self.text(first)?, self.text(second)?];
                let found = self.mappings.get(&path[0]).and_then(|map| map.get(&path[1])?.get(&path[2]));
                found.with_context(|| format!("there is no mapping {}", path.join(".")))?.clone()
            }
            "Fn::If" => {
                let [condition, yes, no] = arguments(name, argument)?;
                let condition = condition.as_str().context("Fn::If needs the name of a condition")?;
                return self.optional(if self.condition(condition)? { yes } else { no });
            }
            "Condition" | "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => json!(self.truth(name, argument)?),
            other => bail!("the local stack does not support {other}"),
        }))
    }

    fn reference(&self, target: &str) -> Result<Value> {
        match self.parameters.get(target) {
            Some(Some(value)) => Ok(value.clone()),
            Some(None) => Err(anyhow!("the parameter {target} has no default: give it with --parameter {target}=…")),
            None => match self.references.get(target) {
                Some(id) => Ok(json!(id)),
                None => Err(anyhow!("{target} is neither a parameter nor a resource")),
            },
        }
    }

    fn attribute(&self, argument: &Value) -> Result<Value> {
        let [resource, attribute] = arguments("Fn::GetAtt", argument)?;
        self.attribute_named(&format!("{}.{}", self.text(resource)?, self.text(attribute)?))
    }

    fn attribute_named(&self, dotted: &str) -> Result<Value> {
        let found = self.attributes.get(dotted);
        found
            .map(|text| json!(text))
            .with_context(|| format!("the local stack does not support the attribute {dotted}"))
    }

    /// Replaces `${Name}`, `${Resource.Attribute}` and `${!Literal}`. The variables of the list form come first.
    fn substitute(&self, argument: &Value) -> Result<String> {
        let none = Map::new();
        let (pattern, variables) = match argument {
            Value::String(pattern) => (pattern.as_str(), &none),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(pattern), Value::Object(variables)] => (pattern.as_str(), variables),
                _ => bail!("Fn::Sub needs a string and a mapping"),
            },
            _ => bail!("Fn::Sub needs a string"),
        };
        let mut result = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) =
                after.split_once('}').with_context(|| format!("a brace is not closed in {pattern}"))?;
            result.push_str(before);
            let name = name.trim();
            if let Some(literal) = name.strip_prefix('!') {
                result.push_str("${");
                result.push_str(literal);
                result.push('}');
            } else {
                let value = match variables.get(name) {
                    Some(variable) => self.evaluate(variable)?,
                    None if name.contains('.') => self.attribute_named(name)?,
                    None => self.reference(name)?,
                };
                result.push_str(&plain(&value).with_context(|| format!("{name} is not a string"))?);
            }
            rest = behind;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn list(&self, value: &Value) -> Result<Vec<Value>> {
        match self.evaluate(value)? {
            Value::Array(items) => Ok(items),
            Value::String(joined) => Ok(joined.split(',').map(|item| json!(item.trim())).collect()),
            other => bail!("{other} is not a list"),
        }
    }

    /// Whether a condition of the template holds.
    ///
    /// # Errors
    /// A message if there is no such condition.
    pub(super) fn condition(&self, name: &str) -> Result<bool> {
        let body = self.conditions.get(name).with_context(|| format!("there is no condition {name}"))?;
        self.holds(body)
    }

    fn holds(&self, value: &Value) -> Result<bool> {
        match value.as_object().and_then(single) {
            Some((name, argument)) => self.truth(name, argument),
            None => bail!("{value} is not a condition"),
        }
    }

    fn truth(&self, name: &str, argument: &Value) -> Result<bool> {
        let all = || argument.as_array().with_context(|| format!("{name} needs a list"));
        match name {
            "Condition" => self.condition(argument.as_str().context("Condition needs a name")?),
            "Fn::Equals" => {
                let [left, right] = arguments(name, argument)?;
                Ok(plain(&self.evaluate(left)?) == plain(&self.evaluate(right)?))
            }
            "Fn::Not" => {
                let [inner] = arguments(name, argument)?;
                Ok(!self.holds(inner)?)
            }
            "Fn::And" => all()?.iter().try_fold(true, |so_far, item| Ok(so_far && self.holds(item)?)),
            "Fn::Or" => all()?.iter().try_fold(false, |so_far, item| Ok(so_far || self.holds(item)?)),
            other => bail!("{other} is not a condition"),
        }
    }
}

fn single(entries: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut iterator = entries.iter();
    match (iterator.next(), iterator.next()) {
        (Some((name, argument)), None) => Some((name, argument)),
        _ => None,
    }
}

fn arguments<'a, const N: usize>(name: &str, argument: &'a Value) -> Result<[&'a Value; N]> {
    let items: Vec<&Value> = argument.as_array().map(|items| items.iter().collect()).unwrap_or_default();
    items.try_into().map_err(|_| anyhow!("{name} needs a list of {N}"))
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        let mut scope = Scope::default();
        scope.parameters.insert("Stage".to_owned(), Some(json!("prod")));
        scope.parameters.insert("Issuer".to_owned(), None);
        scope.references.insert("Api".to_owned(), "abc123".to_owned());
        scope.attributes.insert("Table.Arn".to_owned(), "arn:table".to_owned());
        scope.conditions.insert("IsProd".to_owned(), json!({"Fn::Equals": [{"Ref": "Stage"}, "prod"]}));
        scope.conditions.insert("IsTest".to_owned(), json!({"Fn::Not": [{"Condition": "IsProd"}]}));
        scope
    }

    #[test]
    fn sub_resolves_parameters_resources_attributes_and_literals() {
        let sub =
            json!({"Fn::Sub": ["wss://${Api}.x/${Stage}?${Table.Arn}&${!Literal}&${Own}", {"Own": {"Ref": "Stage"}}]});
        assert_eq!(scope().text(&sub).unwrap(), "wss://abc123.x/prod?arn:table&${Literal}&prod");
    }

    #[test]
    fn if_chooses_and_no_value_disappears() {
        let value = json!({"a": {"Fn::If": ["IsProd", 1, 2]}, "b": {"Fn::If": ["IsTest", 1, {"Ref": "AWS::NoValue"}]}});
        assert_eq!(scope().evaluate(&value).unwrap(), json!({"a": 1}));
    }

    #[test]
    fn join_split_and_select() {
        let value = json!({"Fn::Select": [1, {"Fn::Split": ["/", {"Fn::Join": ["/", ["x", {"Ref": "Api"}]]}]}]});
        assert_eq!(scope().text(&value).unwrap(), "abc123");
    }

    #[test]
    fn a_parameter_without_a_value_says_what_to_do() {
        let error = scope().text(&json!({"Ref": "Issuer"})).unwrap_err().to_string();
        assert!(error.contains("--parameter Issuer="), "{error}");
    }
}
