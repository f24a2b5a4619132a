//! Commands for users.

use serde_json::{Value, json};

use super::api::escaped;
use super::failure::Failure;
use super::session::Session;
use super::view;

impl Session {
    pub(super) async fn list_users(&mut self, prefix: &str) -> Result<(), Failure> {
        let users = self.users(prefix).await?;
        if users.is_empty() {
            self.console.say("  (no users)");
        }
        for user in &users {
            self.console.say(format!("  {}", view::user(user)));
        }
        Ok(())
    }

    /// Adds or removes a follow or a block. After a block, prints the groups that both users are in.
    pub(super) async fn set_edge(&mut self, kind: &str, name: &str, wanted: bool) -> Result<(), Failure> {
        let path = format!("/me/{kind}/{}", escaped(&self.find(name).await?));
        let response = if wanted { self.api.put(&path, &json!({})).await? } else { self.api.delete(&path).await? };
        self.console.say(format!("--- {}{kind} {name}", if wanted { "" } else { "no longer " }));
        let groups = response.get("groups").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for group in groups {
            self.cache.add_thread(group);
        }
        if !groups.is_empty() {
            let titles: Vec<String> = groups.iter().map(|group| self.cache.title(view::text(group, "id"))).collect();
            let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
            self.console.say(format!("--- you are both in {}", view::listed(&titles)));
        }
        Ok(())
    }

    /// The ids of the users with exactly these names.
    pub(super) async fn find_all(&mut self, names: &[&str]) -> Result<Vec<String>, Failure> {
        let mut ids = Vec::new();
        for name in names {
            ids.push(self.find(name).await?);
        }
        Ok(ids)
    }

    /// The id of the user with exactly this name.
    pub(super) async fn find(&mut self, name: &str) -> Result<String, Failure> {
        let users = self.users(name).await?;
        let found = users.iter().find(|user| view::text(user, "username").eq_ignore_ascii_case(name));
        let missing = || Failure::Impossible(format!("there is no user {name}; /users lists users"));
        found.map(|user| view::text(user, "id").to_owned()).ok_or_else(missing)
    }

    async fn users(&mut self, prefix: &str) -> Result<Vec<Value>, Failure> {
        let users = self.pages(&format!("/users?username={}", escaped(prefix))).await?;
        for user in &users {
            self.cache.add_user(user);
        }
        Ok(users)
    }
}
