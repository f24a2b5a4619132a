//! `GET /media/{media_id}`.

use shared::api::{Problem, Request, Response};
use shared::domain::invalid::Invalid;
use shared::domain::media::MediaId;
use shared::domain::word::Word;
use shared::service::{Context, Variant, fetch_media};

/// Sends the caller to an image or a video, or to its thumbnail with `variant=thumbnail`: an address that is valid for five minutes
/// (rule 21). With `reveal=true` also to what the caller hides.
///
/// # Errors
/// `not-found` unless it was sent in a thread in which the caller sees the message; before that, to its owner, `conflict` until it was
/// looked at and `unsupported-media` if it was refused.
pub(crate) async fn fetch(ctx: Context, request: Request) -> Result<Response<()>, Problem> {
    let media_id: MediaId = request.path("media_id")?;
    let variant = request.query("variant", Variant::parse)?.unwrap_or(Variant::Whole);
    let reveals = request.query("reveal", |text| text.parse().map_err(|_| Invalid::new("must be true or false")))?;

    let signed = fetch_media(&ctx, &media_id, (variant, reveals.unwrap_or(false))).await?;
    Ok(Response::found(signed.url))
}
