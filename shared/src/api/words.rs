//! What is wrong with a JSON text, in our own words: those of the parser name types of ours, and change with its releases.

use serde_json::error::Category;

/// What does not fit, and the member that it is about where the parser did not come to its place.
pub(super) struct Fault {
    pub(super) member: Option<String>,
    pub(super) detail: String,
}

/// Puts an error of the parser into words. Those of our own types are in words already, behind which the parser writes the place.
pub(super) fn fault(error: &serde_json::Error) -> Fault {
    let whole = error.to_string();
    let text = whole.rfind(" at line ").map_or(whole.as_str(), |end| &whole[..end]);
    let of_member = |detail: &str| {
        let member = text.split('`').nth(1).map(str::to_owned);
        Fault { member, detail: detail.to_owned() }
    };
    match error.classify() {
        Category::Data if text.starts_with("missing field `") => of_member("is required"),
        Category::Data if text.starts_with("unknown field `") => of_member("is not a field of this body"),
        Category::Data if text.starts_with("duplicate field `") => of_member("must be there once"),
        Category::Data => Fault { member: None, detail: wrong_type(text).unwrap_or(text).to_owned() },
        Category::Io | Category::Syntax | Category::Eof => {
            let (line, column) = (error.line(), error.column());
            Fault { member: None, detail: format!("cannot be read as JSON at line {line}, column {column}") }
        }
    }
}

/// What would have fitted, if the parser found a value of another type.
fn wrong_type(text: &str) -> Option<&'static str> {
    let known = ["invalid type: ", "invalid value: ", "invalid length "];
    known.iter().find(|start| text.starts_with(**start))?;
    let expected = text.rsplit(", expected ").next()?;
    Some(match expected {
        "a string" | "a borrowed string" => "must be a string",
        "a sequence" => "must be a list",
        "a boolean" => "must be true or false",
        "an object" | "a map" => "must be an object",
        _ if expected.starts_with(['u', 'i']) => "must be a whole number",
        _ if expected.contains("struct") => "must be an object",
        _ => "has the wrong type",
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Everything {
        text: String,
        list: Vec<String>,
        flag: bool,
        number: u64,
    }

    #[test]
    fn every_error_of_the_parser_is_in_our_words() {
        let whole = r#"{"text":"t","list":[],"flag":true,"number":1}"#;
        serde_json::from_str::<Everything>(whole).unwrap();
        for (from, to, member, detail) in [
            (r#""text":"t","#, "", Some("text"), "is required"),
            (r#""text":"t""#, r#""text":null"#, None, "must be a string"),
            (r#""text":"t""#, r#""text":"t","more":1"#, Some("more"), "is not a field of this body"),
            (r#""text":"t""#, r#""text":"t","text":"t""#, Some("text"), "must be there once"),
            (r#""list":[]"#, r#""list":null"#, None, "must be a list"),
            (r#""list":[]"#, r#""list":[1]"#, None, "must be a string"),
            (r#""flag":true"#, r#""flag":"yes""#, None, "must be true or false"),
            (r#""number":1"#, r#""number":-1"#, None, "must be a whole number"),
            (r#""number":1"#, r#""number":1.5"#, None, "must be a whole number"),
            (r#""number":1"#, r#""number":"1""#, None, "must be a whole number"),
            (r#""flag":true"#, r#""flag":tru"#, None, "cannot be read as JSON at line 1, column 33"),
        ] {
            let text = whole.replace(from, to);
            let Fault { member: about, detail: words } = fault(&serde_json::from_str::<Everything>(&text).unwrap_err());
            assert_eq!((about.as_deref(), words.as_str()), (member, detail), "{text}");
        }
        let cut = fault(&serde_json::from_str::<Everything>("{").unwrap_err());
        assert_eq!(cut.detail, "cannot be read as JSON at line 1, column 1");
    }
}
