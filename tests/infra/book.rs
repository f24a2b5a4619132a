//! The API book and the code have the same routes, bodies, views and problems.

use std::collections::BTreeSet;

use tests::book::Book;
use tests::routes::{Route, routes, view_of};

/// Routes that clients do not call by themselves.
fn is_called(route: &Route) -> bool {
    route.key.contains(' ') && !route.key.starts_with("OPTIONS ")
}

#[test]
fn every_route_is_a_call_of_the_book_with_its_body_and_view() {
    let book = Book::read();
    for route in routes().iter().filter(|route| is_called(route)) {
        let call = book.calls.iter().find(|call| call.key == route.key);
        let call = call.unwrap_or_else(|| panic!("the book has no call {}", route.key));
        let view = route.view.as_deref().map_or_else(|| route.statuses[0].to_string(), view_of);
        assert_eq!(call.view, view, "{}", route.key);
        // `ThreadBody` is as much of the two bodies as says which of them it is.
        if route.key != "POST /threads" {
            assert_eq!(call.body, route.body.clone().unwrap_or_default(), "{}", route.key);
        }
    }
    let keys: BTreeSet<&str> = routes().iter().map(|route| route.key.as_str()).collect();
    for call in &book.calls {
        assert!(keys.contains(call.key.as_str()), "no function has the call {} of the book", call.key);
    }
}

#[test]
fn every_body_view_and_problem_of_the_routes_is_in_the_book() {
    let book = Book::read();
    for route in routes() {
        let (body, view) = (route.body.as_deref(), route.view.as_deref().map(view_of));
        let view = view.map(|view| view.trim_start_matches("list of ").to_owned());
        for name in body.map(str::to_owned).into_iter().chain(view).filter(|name| name != "ThreadBody") {
            // The pong is a frame of one constant.
            assert!(name == "PongView" || book.types.contains_key(&name), "{}: {name} is not in the book", route.key);
        }
        for code in &route.problems {
            assert!(book.problems.contains_key(code), "{}: {code} is not in the book", route.key);
        }
    }
}

#[test]
fn samples_are_what_the_tables_say() {
    let book = Book::read();
    let mut samples = 0;
    for (name, known) in &book.types {
        let Some(sample) = &known.sample else { continue };
        assert!(!known.fields.is_empty(), "{name} has a sample and no table");
        book.check(name, sample).unwrap_or_else(|error| panic!("the sample of {name}: {error}"));
        samples += 1;
    }
    assert!(samples > 20, "{samples} samples were found");
}
