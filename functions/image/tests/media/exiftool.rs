//! What exiftool sees in a file. It has to be there: without it nothing would be judged.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::Command;
use std::sync::Once;

/// Installs exiftool where it is missing.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.ci/media-tools");
        let installed = Command::new(script).status().expect("the script can be started");
        assert!(installed.success(), "exiftool could not be installed: see above");
    });
}

/// The tags of a file by group and name, with their values; numbers are not put into words.
pub(crate) fn tags(bytes: &[u8]) -> BTreeMap<String, String> {
    install();
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("a temporary file");
    // Every tag, also unknown ones, several of one name, and those of embedded files; tab-separated, one a line.
    let options = ["-a", "-u", "-ee", "-G1", "-s", "-n", "-t", "-api", "LargeFileSupport=1"];
    let output = Command::new("exiftool").args(options).arg(file.path()).output();
    let output = output.expect("exiftool can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut tags = BTreeMap::new();
    for line in text.lines() {
        let mut parts = line.splitn(3, '\t');
        let (group, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        tags.insert(format!("{group}:{name}"), parts.next().unwrap_or_default().to_owned());
    }
    assert!(tags.contains_key("File:FileType"), "exiftool did not read the file: {text}");
    tags
}

/// The tags of a file that are not about the file itself or computed from others.
pub(crate) fn told(bytes: &[u8]) -> BTreeMap<String, String> {
    let about_file =
        |name: &str| ["System:", "ExifTool:"].iter().any(|group| name.starts_with(group)) && name != "ExifTool:Warning";
    tags(bytes).into_iter().filter(|(name, _)| !about_file(name)).collect()
}

/// Whether one of the tags is a place.
pub(crate) fn has_place(bytes: &[u8]) -> bool {
    tags(bytes).keys().any(|name| name.contains("GPS") || name.contains("Location") || name.contains("City"))
}
