//! Whether the caller may, and the faults that happen before a request is handled.

use std::collections::BTreeSet;
use std::sync::Arc;

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::Credentials;
use s3s::dto::{DeleteObjectsInput, PostObjectInput};
use s3s::{S3Error, S3Request, S3Result, s3_error};

use super::actions;
use super::slot::Slot;
use crate::faults::{self, Faults, Hold, S3Fault};
use crate::iam::{Denied, Gate, Need};
use crate::lambda::{Callers, Signer};

/// The parameter of a signed URL that has the signature.
const SIGNATURE: &str = "X-Amz-Signature=";

pub(super) struct Access {
    pub(super) callers: Arc<Callers>,
    pub(super) gate: Arc<Gate>,
    pub(super) faults: Arc<Faults>,
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let operation = context.s3_op().name().to_owned();
        let slot = context.extensions_mut().get::<Slot>().cloned().unwrap_or_default();
        slot.note(|met| met.operation = Some(operation.clone()));
        let Some(credentials) = context.credentials() else { return Err(s3_error!(AccessDenied, "Access Denied")) };
        // Whoever has signed a URL or a form does not send the request.
        let is_signed_url = context.uri().query().is_some_and(|query| query.contains(SIGNATURE));
        let is_by_another = is_signed_url || operation == "PostObject";
        let process = if is_by_another { None } else { self.callers.with_key(&credentials.access_key) };
        let function = process.as_ref().map(|process| process.function().to_owned());
        let needs = actions::needed(&operation, context.s3_path(), context.headers());
        let checked = self.authorize(Some(credentials), &needs);
        slot.note(|met| met.process = process);
        checked?;
        if function.is_none() && !is_by_another {
            // Calls of the owner meet no faults.
            return Ok(());
        }
        match self.faults.for_object(function.as_deref(), &operation) {
            Some(met) => disturb(met, &slot).await,
            None => Ok(()),
        }
    }

    async fn delete_objects(&self, request: &mut S3Request<DeleteObjectsInput>) -> S3Result<()> {
        let input = &request.input;
        let of_key = |key: &str| Need::new("s3:DeleteObject", actions::object(&input.bucket, key));
        let needs = input.delete.objects.iter().map(|object| of_key(&object.key)).collect();
        self.authorize(request.credentials.as_ref(), &needs)
    }

    async fn post_object(&self, request: &mut S3Request<PostObjectInput>) -> S3Result<()> {
        let object = actions::object(&request.input.bucket, &request.input.key);
        self.authorize(request.credentials.as_ref(), &BTreeSet::from([Need::new("s3:PutObject", object)]))
    }
}

impl Access {
    fn authorize(&self, credentials: Option<&Credentials>, needs: &BTreeSet<Need>) -> S3Result<()> {
        match credentials.and_then(|credentials| self.callers.signer(&credentials.access_key)) {
            Some(Signer::Owner) => Ok(()),
            Some(Signer::Function(function)) => {
                self.gate.authorize(&function, needs).map_err(|denied| refused(&denied))
            }
            None => Err(s3_error!(AccessDenied, "Access Denied")),
        }
    }
}

/// The refusal of a call that the role does not allow.
fn refused(denied: &Denied) -> S3Error {
    s3_error!(AccessDenied, "{denied}")
}

/// Does what a fault does before the request is handled, and leaves the rest for later.
async fn disturb((fault, hold): (S3Fault, Hold), slot: &Slot) -> S3Result<()> {
    match fault {
        S3Fault::Throttle => return Err(s3_error!(SlowDown, "Please reduce your request rate.")),
        S3Fault::InternalError => {
            return Err(s3_error!(InternalError, "We encountered an internal error. Please try again."));
        }
        S3Fault::DelayMs(ms) => faults::delay(ms).await,
        S3Fault::HoldBefore => hold.released().await,
        S3Fault::KillBefore => {
            slot.note(|met| met.fault = Some((fault, hold)));
            return Err(s3_error!(InternalError, "the caller is killed"));
        }
        S3Fault::AnswerLost | S3Fault::KillAfter | S3Fault::HoldAfter => {
            slot.note(|met| met.fault = Some((fault, hold)));
        }
    }
    Ok(())
}
