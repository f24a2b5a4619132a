//! `POST /media`.

use shared::api::{AnnouncementView, MediaBody, Problem, Request, Response};
use shared::service::{self, Context};

/// Announces an image or a video, and responds with where it is to be uploaded within 15 minutes (rule 21).
///
/// # Errors
/// `invalid-request`, also where it has no bytes or too many; `unsupported-media`, `profile-required`, `too-many-requests`,
/// `idempotency-mismatch`.
pub(crate) async fn announce(ctx: Context, request: Request<MediaBody>) -> Result<Response<AnnouncementView>, Problem> {
    let (content_type, bytes) = request.body()?.announced()?;

    let done = service::announce(&ctx, content_type, bytes).await?;
    let view = AnnouncementView::from(done.output);
    Ok(Response::created(&view).replayed(done.replayed))
}
