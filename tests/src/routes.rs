//! The tables of routes that the functions have, and what a response has to do with them.

use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use crate::binaries::{FUNCTIONS, any_folder};
use crate::book::Book;

/// A route as its function describes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Route {
    /// The binary of the function.
    #[serde(skip)]
    pub function: String,
    pub key: String,
    pub body: Option<String>,
    pub view: Option<String>,
    pub statuses: Vec<u16>,
    pub problems: Vec<String>,
    pub access: String,
    pub idempotency_key: String,
}

/// Functions that work in the background, and have no routes.
const WITHOUT_ROUTES: [&str; 4] = ["snapshots", "erasure", "image", "sweep"];

/// Problems of every route.
const COMMON: [&str; 5] = ["unauthenticated", "profile-required", "too-large", "internal", "unavailable"];

/// All routes of all functions.
///
/// # Panics
/// If a function does not print its table.
#[must_use]
pub fn routes() -> &'static [Route] {
    static ROUTES: OnceLock<Vec<Route>> = OnceLock::new();
    ROUTES.get_or_init(|| {
        let functions = FUNCTIONS.iter().filter(|function| !WITHOUT_ROUTES.contains(function));
        functions.flat_map(|function| table(function)).collect()
    })
}

fn table(function: &str) -> Vec<Route> {
    let binary = any_folder().join(function);
    let output = Command::new(&binary).arg("routes").output().expect("a function can be started");
    let routes: Vec<Route> = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{function}: {e}"));
    routes.into_iter().map(|route| Route { function: function.to_owned(), ..route }).collect()
}

/// Holds a response against the table of its route and against the API book.
///
/// # Errors
/// What does not fit.
pub(crate) fn judge(method: &str, path: &str, status: u16, body: &Value) -> Result<(), String> {
    let book = Book::read();
    let Some(route) = routes().iter().find(|route| leads(&route.key, method, path)) else { return Ok(()) };
    if let Some(code) = body["type"].as_str().and_then(|uri| uri.strip_prefix("https://backchannel.example/problems/"))
    {
        book.check("ProblemDocument", body)?;
        if book.problems.get(code) != Some(&status) {
            return Err(format!("the book has no problem {code} of status {status}"));
        }
        let listed = COMMON.contains(&code) || route.problems.iter().any(|problem| problem == code);
        return if listed { Ok(()) } else { Err(format!("{} does not list the problem {code}", route.key)) };
    }
    if status >= 300 {
        // API Gateway's own.
        return Ok(());
    }
    if !route.statuses.contains(&status) {
        return Err(format!("{} does not list the status {status}", route.key));
    }
    match &route.view {
        None if body.is_null() => Ok(()),
        None => Err(format!("{} has no view", route.key)),
        Some(view) => book.check_view(&view_of(view), body),
    }
}

/// A view in the words of the book.
#[must_use]
pub fn view_of(view: &str) -> String {
    let item = view.strip_prefix("ListView<").and_then(|rest| rest.strip_suffix('>'));
    item.map_or_else(|| view.to_owned(), |item| format!("list of {item}"))
}

/// Whether a route key stands for this method and path; a query does not matter.
#[must_use]
pub fn leads(key: &str, method: &str, path: &str) -> bool {
    let Some((known, pattern)) = key.split_once(' ') else { return false };
    let path = path.split('?').next().unwrap_or_default();
    let (pattern, path): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    let fits = |(known, given): (&&str, &&str)| known.starts_with('{') && !given.is_empty() || known == given;
    known == method && pattern.len() == path.len() && pattern.iter().zip(&path).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_leads_to_its_paths() {
        assert!(leads("GET /threads/{thread_id}/messages", "GET", "/threads/thr_1/messages"));
        assert!(!leads("GET /threads/{thread_id}/messages", "POST", "/threads/thr_1/messages"));
        assert!(!leads("GET /threads/{thread_id}", "GET", "/threads/thr_1/messages"));
        assert!(leads("GET /threads", "GET", "/threads?limit=2"));
        assert!(!leads("$default", "GET", "/x"));
    }

    #[test]
    fn views_have_the_words_of_the_book() {
        assert_eq!(view_of("ListView<UserView>"), "list of UserView");
        assert_eq!(view_of("ThreadView"), "ThreadView");
    }
}
