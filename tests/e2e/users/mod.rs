//! Users: profiles, search, following, settings.

mod follows_and_blocks;
mod profile;
mod search;
mod settings;
