//! `$disconnect`: a socket was closed. API Gateway tries to tell, and may fail to.

use shared::app::App;
use shared::http::{Problem, Reply, Request};

/// Forgets the connection.
///
/// # Errors
/// Those of the table.
pub(crate) async fn disconnect(app: &App, request: &Request) -> Result<Reply, Problem> {
    let id = request.connection_id()?;
    if let Some(user_id) = app.store.connection_user(&id).await? {
        app.store.drop_connection(&user_id, &id).await?;
    }
    Ok(Reply::quiet())
}
