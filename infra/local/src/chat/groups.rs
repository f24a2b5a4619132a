//! Commands about groups.

use serde_json::json;

use super::api::{escaped, thread_path};
use super::commands::Plan;
use super::failure::Failure;
use super::session::Session;
use super::words;

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
        for member in self.pages(&format!("{}/members", thread_path(&self.opened()?))).await? {
            self.known.meet(&member["user"]);
            self.console.say(words::member(&member));
        }
        Ok(())
    }

    pub(super) async fn add(&mut self, names: &[&str]) -> Result<(), Failure> {
        let id = self.opened()?;
        let users = json!({ "user_ids": self.find_all(names).await? });
        self.api.post_once(&format!("{}/members", thread_path(&id)), &users).await?;
        self.settle(&id).await
    }

    pub(super) async fn remove(&mut self, name: &str) -> Result<(), Failure> {
        let id = self.opened()?;
        let user_id = self.find(name).await?;
        if user_id == self.known.me {
            return self.leave().await;
        }
        self.api.delete(&member_path(&id, &user_id)).await?;
        self.settle(&id).await
    }

    pub(super) async fn role(&mut self, name: &str, role: &str) -> Result<(), Failure> {
        let id = self.opened()?;
        let user_id = self.find(name).await?;
        self.api.patch(&member_path(&id, &user_id), &json!({ "role": role })).await?;
        self.settle(&id).await
    }

    pub(super) async fn rename(&mut self, title: Option<&str>) -> Result<(), Failure> {
        let id = self.opened()?;
        self.api.patch(&thread_path(&id), &json!({ "title": title })).await?;
        self.settle(&id).await
    }

    pub(super) async fn stay(&mut self) -> Result<(), Failure> {
        let path = format!("{}/notice", member_path(&self.opened()?, "me"));
        self.api.put(&path, &json!({ "decision": "stay" })).await?;
        self.console.say("--- you stay; what they write stays hidden");
        Ok(())
    }

    pub(super) async fn leave(&mut self) -> Result<(), Failure> {
        let id = self.opened()?;
        match self.api.delete(&member_path(&id, "me")).await {
            // Out already: removed a moment ago, or the answer to the first attempt was lost.
            Err(failure) if !failure.is_not_found() => return Err(failure),
            _ => self.part(&id, "you left"),
        }
        Ok(())
    }

    /// Shows what a change came to, without waiting for the socket.
    async fn settle(&mut self, thread_id: &str) -> Result<(), Failure> {
        let before = self.known.seen(thread_id);
        self.repair(thread_id).await?;
        if self.known.seen(thread_id) == before {
            self.console.say("--- it was so already");
        }
        Ok(())
    }
}

fn member_path(thread_id: &str, user_id: &str) -> String {
    format!("{}/members/{}", thread_path(thread_id), escaped(user_id))
}
