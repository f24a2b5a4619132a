//! Who may do what: every route of the template, asked by everybody.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};
use reqwest::Method;
use serde_json::{Value, json};
use tests::routes::routes;
use tests::template::Template;
use tests::{Call, Socket, Stack, User, fresh_key};
use tokio_tungstenite::tungstenite;

/// What everybody is answered on every route. The columns are: nobody, that is without a token; a stranger to the group;
/// members of it: one to whom it is a request, an ordinary one, its moderator; one who left; one who was removed; a member
/// whom another member blocks, and the one who blocks. `{user_id}` is another ordinary member, or where there is no
/// `{thread_id}` somebody else altogether. Of frames it is the status of the answer, 204 if none comes, and `-` where there
/// is nobody to send one.
const TABLE: &str = "
                                                    none strg reqd memb mode left remd bled bler
    GET /me                                          401  200  200  200  200  200  200  200  200
    PUT /me                                          401  200  200  200  200  200  200  200  200
    GET /settings                                    401  200  200  200  200  200  200  200  200
    PATCH /settings                                  401  200  200  200  200  200  200  200  200
    GET /users                                       401  200  200  200  200  200  200  200  200
    GET /users/{user_id}                             401  200  200  200  200  200  200  200  200
    GET /me/following                                401  200  200  200  200  200  200  200  200
    PUT /me/following/{user_id}                      401  204  204  204  204  204  204  204  204
    DELETE /me/following/{user_id}                   401  204  204  204  204  204  204  204  204
    GET /me/groups                                   401  200  200  200  200  200  200  200  200
    GET /me/blocked                                  401  200  200  200  200  200  200  200  200
    PUT /me/blocked/{user_id}                        401  200  200  200  200  200  200  200  200
    DELETE /me/blocked/{user_id}                     401  204  204  204  204  204  204  204  204
    GET /threads                                     401  200  200  200  200  200  200  200  200
    POST /threads                                    401  201  201  201  201  201  201  201  201
    GET /threads/{thread_id}                         401  404  200  200  200  404  404  200  200
    PATCH /threads/{thread_id}                       401  404  403  403  200  404  404  403  403
    DELETE /threads/{thread_id}                      401  404  204  204  204  404  404  204  204
    POST /threads/{thread_id}/accept                 401  404  200  200  200  404  404  200  200
    POST /threads/{thread_id}/decline                401  404  204  409  409  404  404  409  409
    PUT /threads/{thread_id}/read                    401  404  200  200  200  404  404  200  200
    PUT /threads/{thread_id}/preferences             401  404  200  200  200  404  404  200  200
    GET /threads/{thread_id}/events                  401  404  200  200  200  404  404  200  200
    GET /threads/{thread_id}/members                 401  404  200  200  200  404  404  200  200
    POST /threads/{thread_id}/members                401  404  403  403  200  404  404  403  403
    PATCH /threads/{thread_id}/members/{user_id}     401  404  403  403  200  404  404  403  403
    DELETE /threads/{thread_id}/members/{user_id}    401  404  403  403  204  404  404  403  403
    PUT /threads/{thread_id}/members/me/notice       401  404  204  204  204  404  404  204  204
    GET /threads/{thread_id}/messages                401  404  200  200  200  404  404  200  200
    POST /threads/{thread_id}/messages               401  404  201  201  201  404  404  201  201
    GET /threads/{thread_id}/messages/{seq}          401  404  200  200  200  404  404  200  200
    PATCH /threads/{thread_id}/messages/{seq}        401  404  403  200  403  404  404  403  403
    DELETE /threads/{thread_id}/messages/{seq}       401  404  403  204  204  404  404  403  403
    GET /threads/{thread_id}/messages/{seq}/reactions 401 404  200  200  200  404  404  200  200
    PUT /threads/{thread_id}/messages/{seq}/reactions/{emoji} 401 404 403 200 200 404 404 200 200
    DELETE /threads/{thread_id}/messages/{seq}/reactions/{emoji} 401 404 204 204 204 404 404 204 204
    PUT /threads/{thread_id}/messages/{seq}/pin      401  404  403  403  204  404  404  403  403
    DELETE /threads/{thread_id}/messages/{seq}/pin   401  404  403  403  204  404  404  403  403
    GET /threads/{thread_id}/pins                    401  404  200  200  200  404  404  200  200
    GET /threads/{thread_id}/search                  401  404  200  200  200  404  404  200  200
    POST /media                                      401  201  201  201  201  201  201  201  201
    GET /media/{media_id}                            401  404  302  302  302  404  404  302  302
    POST /reports                                    401  201  201  201  201  201  201  201  201
    GET /reports                                     403  403  403  403  403  403  403  403  403
    PUT /reports/{report_id}/closed                  403  403  403  403  403  403  403  403  403
    POST /connections                                401  201  201  201  201  201  201  201  201
    OPTIONS /{proxy+}                                204  204  204  204  204  204  204  204  204
    $default                                         401  404  404  404  404  404  404  404  404
    $connect                                         401  101  101  101  101  101  101  101  101
    ping                                               -  200  200  200  200  200  200  200  200
    typing                                             -  404  204  204  204  404  404  204  204
    $disconnect                                        -    -    -    -    -    -    -    -    -
";

/// How many rows are worked on at the same time.
const AT_ONCE: usize = 4;

/// One row: the key of the route, and what is answered.
type Row = (String, Vec<String>);

fn rows() -> Vec<Row> {
    let rows = TABLE.lines().skip(2).filter(|line| !line.trim().is_empty());
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (route, cells) = words.split_at(words.len() - 9);
        (route.join(" "), cells.iter().map(ToString::to_string).collect())
    };
    rows.map(row).collect()
}

/// The people of a row, who make a new group for every cell that could change one.
struct Cast {
    stranger: User,
    requested: User,
    member: User,
    moderator: User,
    left: User,
    removed: User,
    blocked: User,
    blocker: User,
    bystander: User,
    other: User,
}

impl Cast {
    async fn new(stack: &Stack) -> Self {
        let cast = Self {
            stranger: stack.user("stranger").await,
            requested: stack.user("requested").await,
            member: stack.user("member").await,
            moderator: stack.user("moderator").await,
            left: stack.user("left").await,
            removed: stack.user("removed").await,
            blocked: stack.user("blocked").await,
            blocker: stack.user("blocker").await,
            bystander: stack.user("bystander").await,
            other: stack.user("other").await,
        };
        for user in [&cast.member, &cast.left, &cast.removed, &cast.blocked, &cast.blocker, &cast.bystander] {
            user.follow(&cast.moderator).await;
        }
        cast.blocker.block(&cast.blocked).await;
        cast
    }

    /// A new group, from which one has left and another was removed; its second entry is a message.
    async fn group(&self) -> String {
        let Self { requested, member, moderator, left, removed, blocked, blocker, bystander, .. } = self;
        let thread = moderator.create_group(&[requested, member, left, removed, blocked, blocker, bystander]).await;
        member.send(&thread, "hello").await;
        left.leave(&thread).await;
        moderator.remove(&thread, removed).await;
        thread
    }

    /// A picture that a member sent in a group.
    async fn picture(&self, thread: &str) -> String {
        let picture = self.member.picture("image/png", "base.png").await;
        self.member.attaching(thread, &[&picture]).await.expect(201);
        picture
    }

    /// Who asks, in the order of the columns.
    fn askers(&self) -> [User; 9] {
        let Self { stranger, requested, member, moderator, left, removed, blocked, blocker, .. } = self;
        let nobody = stranger.signed_out();
        [&nobody, stranger, requested, member, moderator, left, removed, blocked, blocker].map(Clone::clone)
    }

    /// The request that a route is asked with.
    fn call(&self, route: &str, thread: &str, asker: &User) -> Call {
        let (method, path) = route.split_once(' ').unwrap_or(("GET", "/no/such/route"));
        let named = if path.contains("{thread_id}") { &self.bystander } else { &self.other };
        let path = path
            .replace("{thread_id}", thread)
            .replace("{user_id}", &named.id)
            .replace("{seq}", "2")
            .replace("{report_id}", "rep_aaaaaaaaaaaaaaaaaaaaaaaaaa")
            .replace("{emoji}", "%F0%9F%91%8D");
        let path = match route {
            "GET /users" => "/users?username=a".to_owned(),
            "GET /threads/{thread_id}/search" => format!("{path}?q=hello"),
            _ => path.replace("{proxy+}", "any/where"),
        };
        let call = asker.call(method.parse::<Method>().unwrap(), &path).key(&fresh_key());
        match self.body(route, asker) {
            Value::Null => call,
            body => call.json(&body),
        }
    }

    fn body(&self, route: &str, asker: &User) -> Value {
        match route {
            "PUT /me" => json!({"username": asker.name, "display_name": asker.name}),
            "PATCH /settings" => json!({"typing_indicators": true}),
            "POST /threads" => json!({"kind": "direct", "user_id": self.other.id}),
            "PATCH /threads/{thread_id}" => json!({"title": "ours"}),
            "POST /reports" => json!({"kind": "user", "user_id": self.other.id}),
            "PUT /threads/{thread_id}/read" => json!({"seq": 2}),
            "PUT /threads/{thread_id}/preferences" => json!({"muted_until": null, "pinned": true}),
            "POST /threads/{thread_id}/members" => json!({"user_ids": [self.other.id]}),
            "PATCH /threads/{thread_id}/members/{user_id}" => json!({"role": "moderator"}),
            "PUT /threads/{thread_id}/members/me/notice" => json!({"decision": "stay"}),
            "POST /media" => json!({"content_type": "image/png", "bytes": 10}),
            "POST /threads/{thread_id}/messages" => json!({"text": "hello"}),
            "PATCH /threads/{thread_id}/messages/{seq}" => json!({"text": "hello again"}),
            _ => Value::Null,
        }
    }
}

/// What an HTTP route answers to everybody.
async fn answers(stack: &Stack, route: &str) -> Vec<String> {
    let cast = Cast::new(stack).await;
    let mut thread = cast.group().await;
    let mut cells = Vec::new();
    let picture = if route.contains("{media_id}") { cast.picture(&thread).await } else { String::new() };
    let route = &route.replace("{media_id}", &picture);
    for asker in cast.askers() {
        cells.push(cast.call(route, &thread, &asker).await.status.to_string());
        if route.contains("{thread_id}") && !route.starts_with("GET") {
            thread = cast.group().await;
        }
    }
    cells
}

/// What comes back to everybody for a frame of a route of the socket; `typed` counts the frames of typing.
async fn frames(stack: &Stack, route: &str, typed: &mut usize) -> Vec<String> {
    let cast = Cast::new(stack).await;
    let thread = cast.group().await;
    let mut cells = vec!["-".to_owned()];
    for asker in &cast.askers()[1..] {
        let mut socket = asker.connect().await;
        let cell = match route {
            "$connect" => json!(101),
            "ping" => {
                socket.ping().await;
                json!(200)
            }
            "typing" => {
                socket.typing(&thread).await;
                *typed += 1;
                stack.socket_route_ran("typing", *typed).await;
                socket.ping().await;
                socket.seen("problem").first().map_or(json!(204), |problem| problem["data"]["status"].clone())
            }
            _ => json!("-"),
        };
        cells.push(cell.as_str().map_or_else(|| cell.to_string(), str::to_owned));
    }
    if route == "$connect" {
        cells[0] = match Socket::open(&stack.socket_url()).await {
            Err(tungstenite::Error::Http(response)) => response.status().as_u16().to_string(),
            _ => "let in".to_owned(),
        };
    }
    cells
}

#[test]
fn every_route_of_the_template_has_a_row() {
    let routes: BTreeSet<String> =
        Template::read().functions().into_iter().flat_map(|function| function.routes).collect();
    let rows: Vec<String> = rows().into_iter().map(|(route, _)| route).collect();
    let rowed: BTreeSet<String> = rows.iter().cloned().collect();
    let missing: Vec<_> = routes.difference(&rowed).collect();
    assert!(missing.is_empty(), "these routes have no row: {missing:?}");
    let unknown: Vec<_> = rowed.difference(&routes).collect();
    assert!(unknown.is_empty(), "these rows have no route: {unknown:?}");
    assert_eq!(rows.len(), routes.len(), "a route has two rows");
}

#[test]
fn the_functions_say_who_may_call_as_the_table_does() {
    for (key, cells) in rows().iter().filter(|(key, _)| key.contains(' ')) {
        let (nobody, stranger, member) = (cells[0].as_str(), cells[1].as_str(), cells[3].as_str());
        let expected = match (nobody, stranger, member) {
            // A member may remove themselves.
            _ if key == "DELETE /threads/{thread_id}/members/{user_id}" => "member",
            // Either of two may pin.
            _ if key.ends_with("/messages/{seq}/pin") => "member",
            ("401", "404", "403") => "moderator",
            ("401", "404", _) => "member",
            ("401", ..) => "user",
            ("403", ..) => "operator",
            _ => "public",
        };
        let route = routes().iter().find(|route| route.key == *key).unwrap();
        assert_eq!(route.access, expected, "{key}");
    }
}

#[tokio::test]
async fn everybody_is_answered_as_the_table_says() {
    let stack = &Stack::own();
    let (http, socket): (Vec<Row>, Vec<Row>) =
        rows().into_iter().partition(|(route, _)| route.contains(' ') || route == "$default");
    let answered = stream::iter(http).map(async |(route, expected): Row| {
        let cells = answers(stack, &route).await;
        (route, expected, cells)
    });
    let mut answered: Vec<_> = answered.buffer_unordered(AT_ONCE).collect().await;
    let mut typed = 0;
    for (route, expected) in socket {
        let cells = frames(stack, &route, &mut typed).await;
        answered.push((route, expected, cells));
    }
    let wrong = answered.iter().filter(|(_, expected, cells)| expected != cells);
    let wrong: Vec<String> = wrong
        .map(|(route, expected, cells)| {
            format!("{route}\n  expected {}\n  answered {}", expected.join(" "), cells.join(" "))
        })
        .collect();
    assert!(wrong.is_empty(), "the columns are those of the table:\n{}", wrong.join("\n"));
}
