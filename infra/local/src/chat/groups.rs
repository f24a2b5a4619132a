//! Commands for groups.

use serde_json::json;

use super::api::{escaped, thread_path};
use super::commands::Plan;
use super::describe;
use super::failure::Failure;
use super::session::Session;

impl Session {
    pub(super) async fn create(&mut self, plan: Plan<'_>) -> Result<(), Failure> {
        let mut group = json!({ "kind": "group", "user_ids": self.find_all(&plan.names).await? });
        if let Some(title) = plan.title {
            group["title"] = json!(title);
        }
        if let Some((id, title)) = plan.room {
            group["room"] = json!({ "id": id, "title": title });
        }
        let thread = self.api.post_once("/threads", &group).await?;
        self.enter_thread(&thread).await
    }

    pub(super) async fn members(&mut self) -> Result<(), Failure> {
        for member in self.pages(&format!("{}/members", thread_path(&self.open_id()?))).await? {
            self.cache.add_user(&member["user"]);
            self.console.say(describe::member(&member));
        }
        Ok(())
    }

    pub(super) async fn add(&mut self, names: &[&str]) -> Result<(), Failure> {
        let id = self.open_id()?;
        let users = json!({ "user_ids": self.find_all(names).await? });
        self.api.post_once(&format!("{}/members", thread_path(&id)), &users).await?;
        self.show_change(&id).await
    }

    pub(super) async fn remove(&mut self, name: &str) -> Result<(), Failure> {
        let id = self.open_id()?;
        let user_id = self.find(name).await?;
        if user_id == self.cache.me {
            return self.leave().await;
        }
        self.api.delete(&member_path(&id, &user_id)).await?;
        self.show_change(&id).await
    }

    pub(super) async fn role(&mut self, name: &str, role: &str) -> Result<(), Failure> {
        let id = self.open_id()?;
        let user_id = self.find(name).await?;
        self.api.patch(&member_path(&id, &user_id), &json!({ "role": role })).await?;
        self.show_change(&id).await
    }

    pub(super) async fn rename(&mut self, title: Option<&str>) -> Result<(), Failure> {
        let id = self.open_id()?;
        self.api.patch(&thread_path(&id), &json!({ "title": title })).await?;
        self.show_change(&id).await
    }

    pub(super) async fn stay(&mut self) -> Result<(), Failure> {
        let path = format!("{}/notice", member_path(&self.open_id()?, "me"));
        self.api.put(&path, &json!({ "decision": "stay" })).await?;
        self.console.say("--- you stay; messages of users you block stay hidden");
        Ok(())
    }

    pub(super) async fn leave(&mut self) -> Result<(), Failure> {
        let id = self.open_id()?;
        match self.api.delete(&member_path(&id, "me")).await {
            // The user is out already: removed by a moderator, or by a first attempt whose response was lost.
            Err(failure) if !failure.is_not_found() => return Err(failure),
            _ => self.leave_locally(&id, "you left"),
        }
        Ok(())
    }

    /// Shows the events of a change at once, without the socket.
    async fn show_change(&mut self, thread_id: &str) -> Result<(), Failure> {
        let before = self.cache.seen(thread_id);
        self.repair(thread_id).await?;
        if self.cache.seen(thread_id) == before {
            self.console.say("--- nothing to change");
        }
        Ok(())
    }
}

fn member_path(thread_id: &str, user_id: &str) -> String {
    format!("{}/members/{}", thread_path(thread_id), escaped(user_id))
}
