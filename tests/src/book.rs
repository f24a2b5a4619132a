//! The API book (`functions/README.md`) as data: what every response and every frame of a run is held against.

use std::collections::BTreeMap;
use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use crate::shape::is_time;
use crate::sources::root;

/// The book.
pub struct Book {
    /// Bodies, views and their parts, by name.
    pub types: BTreeMap<String, Type>,
    /// The `data` of events, by type: fields, or the name of a view.
    pub events: BTreeMap<String, EventType>,
    /// The calls of the tables: method and path, with what they take and give.
    pub calls: Vec<Entry>,
    /// The codes of problems with their statuses.
    pub problems: BTreeMap<String, u16>,
}

/// A body, a view, or a part of one.
#[derive(Debug, Default)]
pub struct Type {
    pub fields: Vec<Field>,
    /// The sample behind its heading, if there is one.
    pub sample: Option<Value>,
}

/// A field of a type.
#[derive(Debug, Clone)]
pub struct Field {
    pub name: String,
    pub kind: String,
    pub optional: bool,
    pub nullable: bool,
}

/// What an event is.
#[derive(Debug)]
pub struct EventType {
    /// Whether it has a place in the log.
    pub logged: bool,
    pub data: Data,
}

/// The `data` of an event.
#[derive(Debug)]
pub enum Data {
    View(String),
    Fields(Vec<Field>),
}

/// A call of the tables.
#[derive(Debug)]
pub struct Entry {
    /// The route key: `GET /me`.
    pub key: String,
    pub body: String,
    pub view: String,
}

impl Book {
    /// The book of this checkout.
    ///
    /// # Panics
    /// If it cannot be read as a book.
    #[must_use]
    pub fn read() -> &'static Self {
        static BOOK: OnceLock<Book> = OnceLock::new();
        BOOK.get_or_init(|| {
            Self::parse(&fs::read_to_string(root().join("functions/README.md")).expect("the book can be read"))
        })
    }

    fn parse(text: &str) -> Self {
        let mut book =
            Self { types: BTreeMap::new(), events: BTreeMap::new(), calls: Vec::new(), problems: BTreeMap::new() };
        let (mut heading, mut table) = (String::new(), String::new());
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("### ") {
                name.clone_into(&mut heading);
            } else if line == "```json" {
                let sample: String = lines.by_ref().take_while(|line| *line != "```").collect();
                let sample = serde_json::from_str(&sample).unwrap_or_else(|e| panic!("the sample of {heading}: {e}"));
                book.types.entry(heading.clone()).or_default().sample = Some(sample);
            } else if let Some(row) = cells(line) {
                if table.is_empty() {
                    table.clone_from(&row[0]);
                } else if !row[0].starts_with("---") {
                    book.row(&table, &heading, &row);
                }
            } else {
                table.clear();
            }
        }
        book
    }

    fn row(&mut self, table: &str, heading: &str, row: &[String]) {
        match table {
            "field" => self.types.entry(heading.to_owned()).or_default().fields.push(field(row)),
            "type" => {
                let event = EventType { logged: row[1] == "yes", data: data(&row[3]) };
                self.events.insert(bare(&row[0]), event);
            }
            "call" => {
                for call in row[0].split(", ").filter(|call| call.starts_with('`')) {
                    let key = bare(call).split('?').next().unwrap_or_default().to_owned();
                    self.calls.push(Entry { key, body: row[1].clone(), view: row[2].clone() });
                }
            }
            "code" => {
                let status = row[1].parse().unwrap_or_else(|_| panic!("{} has no status", row[0]));
                self.problems.insert(bare(&row[0]), status);
            }
            _ => {}
        }
    }

    /// Whether `value` is of this kind: a word of the field tables, or the name of a type.
    ///
    /// # Errors
    /// What does not fit, and where.
    pub fn check(&self, kind: &str, value: &Value) -> Result<(), String> {
        if let Some(item) = kind.strip_prefix("list of ") {
            let items = value.as_array().ok_or_else(|| format!("{value} is not a list"))?;
            return items.iter().try_for_each(|one| self.check(item, one));
        }
        let fits = match kind {
            "text" | "id" => value.is_string(),
            "time" => value.as_str().is_some_and(is_time),
            "number" => value.is_u64(),
            "boolean" => value.is_boolean(),
            "object" => value.is_object(),
            words if words.starts_with('`') => {
                words.split(' ').any(|word| value.as_str() == Some(word.trim_matches('`')))
            }
            name => {
                let known = self.types.get(name).ok_or_else(|| format!("the book has no type {name}"))?;
                return self.check_fields(name, &known.fields, value);
            }
        };
        if fits { Ok(()) } else { Err(format!("{value} is no {kind}")) }
    }

    fn check_fields(&self, name: &str, fields: &[Field], value: &Value) -> Result<(), String> {
        let object = value.as_object().ok_or_else(|| format!("{value} is no {name}"))?;
        if let Some(unknown) = object.keys().find(|key| !fields.iter().any(|field| field.name == **key)) {
            return Err(format!("{name} has no field {unknown}: {value}"));
        }
        for field in fields {
            match object.get(&field.name) {
                None if field.optional => {}
                None => return Err(format!("{name} lacks {}: {value}", field.name)),
                Some(Value::Null) if field.nullable => {}
                Some(part) => {
                    self.check(&field.kind, part).map_err(|error| format!("{name}.{}: {error}", field.name))?;
                }
            }
        }
        Ok(())
    }

    /// Whether `value` is an event, with what belongs to its type.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check_event(&self, value: &Value) -> Result<(), String> {
        self.check("EventView", value)?;
        let kind = value["type"].as_str().unwrap_or_default();
        let event = self.events.get(kind).ok_or_else(|| format!("the book has no event {kind}"))?;
        if event.logged == value["seq"].is_null() {
            return Err(format!("{kind} has a seq where it should not, or none: {value}"));
        }
        match &event.data {
            Data::View(view) => self.check(view, &value["data"]),
            Data::Fields(fields) => self.check_fields(kind, fields, &value["data"]),
        }
    }

    /// Whether `value` is what a call responds with: a view, or a page of a list of them.
    ///
    /// # Errors
    /// What does not fit.
    pub fn check_view(&self, view: &str, value: &Value) -> Result<(), String> {
        match view {
            "204" => {
                if value.is_null() {
                    Ok(())
                } else {
                    Err(format!("{value} is a body of 204"))
                }
            }
            "list of EventView" => check_page(value, |event| self.check_event(event)),
            list if list.starts_with("list of ") => {
                let item = &list["list of ".len()..];
                check_page(value, |one| self.check(item, one))
            }
            view => self.check(view, value),
        }
    }
}

fn check_page(value: &Value, check: impl Fn(&Value) -> Result<(), String>) -> Result<(), String> {
    let next = &value["next_cursor"];
    if !(next.is_null() || next.is_string()) || value.as_object().is_none_or(|page| page.len() != 2) {
        return Err(format!("{value} is no page"));
    }
    let items = value["items"].as_array().ok_or_else(|| format!("{value} has no items"))?;
    items.iter().try_for_each(check)
}

/// The cells of a row of a table.
fn cells(line: &str) -> Option<Vec<String>> {
    let inside = line.strip_prefix("| ").or_else(|| line.strip_prefix('|'))?.trim_end().strip_suffix('|')?;
    Some(inside.split('|').map(|cell| cell.trim().to_owned()).collect())
}

fn bare(cell: &str) -> String {
    cell.trim_matches('`').to_owned()
}

fn field(row: &[String]) -> Field {
    let (optional, nullable) = (row[2].contains("optional"), row[2].contains("null"));
    Field { name: bare(&row[0]), kind: row[1].clone(), optional, nullable }
}

/// The `data` column of an event: `a MessageView …`, `nothing`, or fields with their kinds.
fn data(cell: &str) -> Data {
    if let Some(rest) = cell.strip_prefix("a ") {
        return Data::View(rest.split(' ').next().unwrap_or_default().to_owned());
    }
    let field = |part: &str| {
        let (name, kind) = part.split_once(": ")?;
        let (kind, optional) = kind.split_once(", ").map_or((kind, false), |(kind, _)| (kind, true));
        let (kind, nullable) = kind.strip_suffix(" or null").map_or((kind, false), |kind| (kind, true));
        Some(Field { name: bare(name), kind: kind.to_owned(), optional, nullable })
    };
    Data::Fields(cell.split(" · ").filter_map(field).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PAGE: &str = "### Thing\n\n```json\n{\"a\": 1}\n```\n\n| field | type | null | since | meaning |\n|---|---|---|---|---|\n\
        | `a` | number | no | 0.1 | |\n| `b` | text | optional or null | 0.1 | |\n| `c` | `x` `y` | optional | 0.1 | |\n";

    #[test]
    fn a_value_is_held_against_its_table() {
        let book = Book::parse(PAGE);
        assert_eq!(book.types["Thing"].sample, Some(json!({"a": 1})));
        for fits in [json!({"a": 1}), json!({"a": 1, "b": null}), json!({"a": 1, "b": "t", "c": "y"})] {
            assert_eq!(book.check("Thing", &fits), Ok(()), "{fits}");
        }
        for bad in
            [json!({}), json!({"a": null}), json!({"a": "1"}), json!({"a": 1, "d": 2}), json!({"a": 1, "c": "z"})]
        {
            assert!(book.check("Thing", &bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_data_of_events_is_read_from_its_column() {
        let Data::Fields(fields) = data("`read_seq`: number · `unread`: number, only to the reader") else {
            panic!("these are fields")
        };
        assert_eq!(fields.len(), 2);
        assert!(fields[1].optional && !fields[0].optional && fields[1].kind == "number");
        assert!(matches!(data("a MessageView as seen"), Data::View(view) if view == "MessageView"));
        assert!(matches!(data("nothing"), Data::Fields(fields) if fields.is_empty()));
    }
}
