//! Where the data of a stack lies: what is measured depends on it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::binaries::{self, Profile};

/// Names the folder in which the stacks make their data folders.
const PLACE: &str = "BACKCHANNEL_DATA";

/// The folder in which a stack makes its data folder. What is measured is kept beside the binaries, on the disk that `cargo dev`
/// writes to; a folder for temporary files may be memory.
pub(crate) fn place(profile: Profile) -> PathBuf {
    std::env::var_os(PLACE).map_or_else(
        || match profile {
            Profile::Debug => std::env::temp_dir(),
            Profile::Release => binaries::folder(profile).to_owned(),
        },
        PathBuf::from,
    )
}

/// Where the table of a stack with this data folder is, for people.
pub(crate) fn describe(data: &Path) -> String {
    match std::env::var("AWS_ENDPOINT_URL_DYNAMODB") {
        Ok(url) => format!("the engine at {url}"),
        Err(_) => format!("the embedded engine on a file in {} ({})", data.display(), file_system(data)),
    }
}

/// The type of the file system that holds a folder, such as `ext4`, or `tmpfs` for memory.
fn file_system(folder: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").expect("/proc/self/mounts can be read");
    // A line is `device folder type …`. The longest folder is the nearest; of two that are the same, the later hides the other.
    let holding = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (mounted, kind) = (words.next()?, words.next()?);
        folder.starts_with(mounted).then_some((mounted.len(), kind))
    });
    holding.max_by_key(|(length, _)| *length).map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned())
}
