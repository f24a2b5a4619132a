//! The local stack itself, with a template and a function that know nothing of the product: S3, asynchronous invocations and
//! schedules.

mod events;
mod files;
mod keeping;
mod pages;
mod reading;
mod rights;
mod uploads;
