//! Route selection: the most specific route, `$default` last.

use std::collections::BTreeMap;

use hyper::Method;
use percent_encoding::percent_decode_str;

use crate::template::HttpRoute;

pub(super) struct Router {
    routes: Vec<(Vec<Segment>, HttpRoute)>,
    default: Option<HttpRoute>,
}

/// A segment of a route's path. The variants are in the order of preference.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Segment {
    Literal(String),
    Variable(String),
    Greedy(String),
}

/// A route and the values of its path variables, percent-decoded.
pub(super) struct Found<'a> {
    pub(super) route: &'a HttpRoute,
    pub(super) parameters: BTreeMap<&'a str, String>,
}

impl Router {
    pub(super) fn new(routes: Vec<HttpRoute>) -> Self {
        let (mut default, routes): (Vec<_>, Vec<_>) = routes.into_iter().partition(HttpRoute::is_default);
        let mut routes: Vec<_> = routes.into_iter().map(|route| (segments(&route.path), route)).collect();
        // Sorted by preference, so that the first match is used. Of equal paths, a method is preferred to `ANY`.
        routes.sort_by_cached_key(|(segments, route)| {
            let ranks: Vec<u8> = segments.iter().map(Segment::rank).collect();
            (ranks, route.method == "ANY")
        });
        Self { routes, default: default.pop() }
    }

    /// The route for a request. `path` is not decoded yet.
    pub(super) fn find(&self, method: &Method, path: &str) -> Option<Found<'_>> {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        for (segments, route) in &self.routes {
            if (route.method == "ANY" || route.method == method.as_str())
                && let Some(parameters) = bind(segments, &parts)
            {
                return Some(Found { route, parameters });
            }
        }
        self.default.as_ref().map(|route| Found { route, parameters: BTreeMap::new() })
    }
}

impl Segment {
    fn rank(&self) -> u8 {
        match self {
            Self::Literal(_) => 0,
            Self::Variable(_) => 1,
            Self::Greedy(_) => 2,
        }
    }
}

fn segments(path: &str) -> Vec<Segment> {
    let segment = |part: &str| match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => match name.strip_suffix('+') {
            Some(name) => Segment::Greedy(name.to_owned()),
            None => Segment::Variable(name.to_owned()),
        },
        None => Segment::Literal(part.to_owned()),
    };
    path.trim_start_matches('/').split('/').map(segment).collect()
}

fn bind<'a>(segments: &'a [Segment], parts: &[&str]) -> Option<BTreeMap<&'a str, String>> {
    let mut parameters = BTreeMap::new();
    for (index, segment) in segments.iter().enumerate() {
        let part = *parts.get(index)?;
        match segment {
            Segment::Literal(text) if decoded(part) == *text => {}
            Segment::Variable(name) if !part.is_empty() => drop(parameters.insert(name.as_str(), decoded(part))),
            Segment::Greedy(name) if !part.is_empty() => {
                parameters.insert(name.as_str(), decoded(&parts[index..].join("/")));
                return Some(parameters);
            }
            _ => return None,
        }
    }
    (segments.len() == parts.len()).then_some(parameters)
}

/// Percent-decodes a path. A plus sign stays a plus sign.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Authorization;

    fn router() -> Router {
        let route = |key: &str| {
            let (method, path) = key.split_once(' ').unwrap_or(("ANY", key));
            HttpRoute {
                key: key.to_owned(),
                method: method.to_owned(),
                path: path.to_owned(),
                function: String::new(),
                authorization: Authorization::None,
            }
        };
        Router::new(
            ["GET /users/{id}", "GET /users/me", "OPTIONS /{rest+}", "ANY /users/{id}", "$default"].map(route).into(),
        )
    }

    fn key(method: &Method, path: &str) -> String {
        router().find(method, path).map(|found| found.route.key.clone()).unwrap()
    }

    #[test]
    fn the_most_specific_route_wins() {
        assert_eq!(key(&Method::GET, "/users/me"), "GET /users/me");
        assert_eq!(key(&Method::GET, "/users/you"), "GET /users/{id}");
        assert_eq!(key(&Method::PUT, "/users/you"), "ANY /users/{id}");
        assert_eq!(key(&Method::OPTIONS, "/a/b/c"), "OPTIONS /{rest+}");
        assert_eq!(key(&Method::GET, "/users/you/x"), "$default");
        assert_eq!(key(&Method::GET, "/users/"), "$default");
    }

    #[test]
    fn variables_are_decoded() {
        let router = router();
        let found = router.find(&Method::GET, "/users/a%20b%2Fc+d").unwrap();
        assert_eq!(found.parameters["id"], "a b/c+d");
    }
}
