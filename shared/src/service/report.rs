//! Reporting a user, a thread or a message (rule 28). A report is one write of copies: whatever happens to what was reported while
//! it is made, it keeps each message as it was at one moment.

use std::collections::{BTreeSet, HashMap};

use super::context::Context;
use super::error::Error;
use super::load::{know_hidden, load_buckets, load_details, registered};
use super::operation::{Done, Operation, Step, run};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::limits::MAX_MESSAGES_AROUND;
use crate::domain::message::Message;
use crate::domain::rate::Limit;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::report::{
    Evidence, Former, Reader, Report, ReportDraft, ReportId, ReportedThread, ReportedUser, Subject,
};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::store::{Head, Writes};

/// A report that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiledReport {
    pub id: ReportId,
    pub created_at: Timestamp,
    /// Whether it is new.
    pub created: bool,
}

impl FiledReport {
    fn reference(&self) -> Reference {
        let Self { id, created_at, created } = self.clone();
        Reference::Report { report_id: id, at: created_at, created }
    }
}

struct FileReport<'a> {
    draft: &'a ReportDraft,
    id: ReportId,
}

/// The caller reports something that they see. A second report of the same is the first one, whatever has become of it.
///
/// # Errors
/// `NotFound`, `ProfileRequired`, `TooManyRequests`, `IdempotencyMismatch`.
pub async fn file_report(ctx: &Context, draft: &ReportDraft) -> Result<Done<FiledReport>, Error> {
    run(ctx, FileReport { draft, id: ReportId::of(&ctx.caller, &draft.subject) }).await
}

impl Operation for FileReport<'_> {
    type Output = FiledReport;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<FiledReport>, Error> {
        let earlier = async { Ok::<_, Error>(ctx.store.report(&self.id).await?) };
        let seen = evidence(ctx, &self.draft.subject);
        let (earlier, evidence, buckets) = tokio::join!(earlier, seen, load_buckets(ctx));
        if let Some(Report { id, created_at, .. }) = earlier?.filter(|report| report.lasts(ctx.now)) {
            // The caller may see nothing of it any more, and has reported it all the same.
            let filed = FiledReport { id, created_at, created: false };
            return Ok(Step::unchanged(filed.clone()).refer(filed.reference()));
        }
        let ReportDraft { subject, reason, note } = self.draft.clone();
        let report = Report {
            id: self.id.clone(),
            reporter_id: ctx.caller.clone(),
            subject,
            reason,
            note: note.map(String::from),
            created_at: ctx.now,
            evidence: evidence?,
            closed: None,
        };
        let filed = FiledReport { id: report.id.clone(), created_at: report.created_at, created: true };
        let mut writes = Writes::file_report(&report)?;
        writes.take(&ctx.caller, ctx.rates.take(Limit::Reports, &buckets, 1, ctx.now)?);
        Ok(Step::write(filed.clone(), writes).refer(filed.reference()))
    }

    async fn replay(&self, _ctx: &Context, reference: Reference) -> Result<FiledReport, Error> {
        match reference {
            Reference::Report { report_id, at, created } => Ok(FiledReport { id: report_id, created_at: at, created }),
            _ => Err(Refusal::IdempotencyMismatch.into()),
        }
    }
}

async fn evidence(ctx: &Context, subject: &Subject) -> Result<Evidence, Error> {
    match subject {
        Subject::User { user_id } => of_user(ctx, user_id).await,
        Subject::Thread { thread_id } => {
            let head = ctx.store.head(thread_id).await?;
            of_thread(ctx, head, None).await
        }
        Subject::Message { thread_id, seq } => {
            let (head, item) = ctx.store.message_context(thread_id, *seq).await?;
            of_thread(ctx, head, Some((*seq, item.map(|logged| logged.message)))).await
        }
    }
}

/// The profile as it is: anybody sees it.
async fn of_user(ctx: &Context, user_id: &UserId) -> Result<Evidence, Error> {
    let mut profiles = ctx.store.present_profiles(&[ctx.caller.clone(), user_id.clone()]).await?;
    registered(profiles.remove(&ctx.caller))?;
    let profile = profiles.remove(user_id).ok_or(Refusal::NotFound)?;
    Ok(Evidence { user: Some(profile.into()), ..Evidence::default() })
}

/// What the caller sees of a thread: the `target`, which is a place and the message there if it is an item, and what is around it; or
/// the end of the log.
async fn of_thread(ctx: &Context, head: Head, target: Option<(Seq, Option<Message>)>) -> Result<Evidence, Error> {
    let mut thread = head.thread().ok_or(Refusal::NotFound)?;
    know_hidden(ctx, [&mut thread]).await?;
    let mut former = match thread.member(&ctx.caller) {
        Some(_) => None,
        None => Some(former(ctx, &thread.id).await?),
    };
    let reader = reader_of(ctx, &thread, former.as_ref())?;
    let is_member = matches!(reader, Reader::Member(_));
    let target = target.map(|(seq, item)| (seq, thread.tail.at(seq).map(|sent| sent.logged.message.clone()).or(item)));
    let target = match target {
        None => None,
        Some((seq, message)) => Some(message.filter(|_| reader.sees(&thread, seq)).ok_or(Refusal::NotFound)?),
    };
    let author = target.as_ref().map(|message| message.author_id.clone());
    let ((messages, user), shown) = tokio::try_join!(
        async { tokio::try_join!(around(ctx, &thread, &reader, target.as_ref()), profile_of(ctx, author)) },
        async { if is_member { shown(ctx, &thread).await.map(Some) } else { Ok(None) } },
    )?;
    if let Some(former) = &mut former {
        let authors: BTreeSet<UserId> = messages.iter().map(|message| message.author_id.clone()).collect();
        former.blocked = ctx.store.blocked_among(&ctx.caller, &authors).await?;
    }
    let reader = reader_of(ctx, &thread, former.as_ref())?;
    let reported = target.map(|message| message.seq);
    let messages = messages.iter().map(|message| reader.seen(&thread, message, reported == Some(message.seq)));
    Ok(Evidence { user, thread: shown, messages: messages.collect() })
}

/// The caller as a former member of the group.
async fn former(ctx: &Context, thread_id: &ThreadId) -> Result<Former, Error> {
    let stay = ctx.store.former_member(thread_id, &ctx.caller).await?.last_stay;
    Ok(stay.and_then(|stay| Former::of(&stay, ctx.now)).ok_or(Refusal::NotFound)?)
}

fn reader_of<'a>(ctx: &Context, thread: &'a Thread, former: Option<&'a Former>) -> Result<Reader<'a>, Refusal> {
    match (thread.member(&ctx.caller), former) {
        (Some(member), _) => Ok(Reader::Member(member)),
        (None, Some(former)) => Ok(Reader::Former(former)),
        (None, None) => Err(Refusal::NotFound),
    }
}

/// The messages that the report keeps, oldest first.
async fn around(
    ctx: &Context,
    thread: &Thread,
    reader: &Reader<'_>,
    target: Option<&Message>,
) -> Result<Vec<Message>, Error> {
    let (first, last) = reader.range(thread);
    let Some(target) = target else {
        let mut messages = ctx.store.messages(thread, (first, last), MAX_MESSAGES_AROUND).await?.items;
        messages.reverse();
        return Ok(messages);
    };
    let (mut messages, behind) = tokio::try_join!(
        ctx.store.messages(thread, (first, target.seq.previous()), MAX_MESSAGES_AROUND),
        ctx.store.messages_from(thread, target.seq.next(), MAX_MESSAGES_AROUND),
    )?;
    messages.items.reverse();
    messages.items.push(target.clone());
    messages.items.extend(behind.items.into_iter().filter(|message| message.seq <= last));
    Ok(messages.items)
}

async fn profile_of(ctx: &Context, user: Option<UserId>) -> Result<Option<ReportedUser>, Error> {
    let profiles = match user {
        Some(user) => ctx.store.present_profiles(&[user]).await?,
        None => HashMap::new(),
    };
    Ok(profiles.into_values().next().map(ReportedUser::from))
}

/// What a thread shows to its members.
async fn shown(ctx: &Context, thread: &Thread) -> Result<ReportedThread, Error> {
    let title = load_details(ctx, thread).await?.title.map(String::from);
    Ok(ReportedThread { title, member_ids: thread.member_ids() })
}
