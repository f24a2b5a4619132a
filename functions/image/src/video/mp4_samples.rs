//! How the samples of a track are coded.

use super::mp4_boxes::{Box, Name, boxes};
use super::plan::Found;
use crate::bytes::{be16, be32, index, take};
use crate::refusal::Refusal;

/// Codings of pictures and of sound that are taken.
const PICTURE: [&Name; 10] = [b"avc1", b"avc3", b"hvc1", b"hev1", b"dvh1", b"dvhe", b"vp08", b"vp09", b"av01", b"mp4v"];
const SOUND: [&Name; 11] =
    [b"mp4a", b"Opus", b".mp3", b"ac-3", b"ec-3", b"alac", b"lpcm", b"sowt", b"twos", b"in24", b"ulaw"];

/// What a description may hold: how to set up the decoder, shape and colours of the pixels, places of the channels.
const KEPT: [&Name; 26] = [
    b"avcC",
    b"hvcC",
    b"vpcC",
    b"av1C",
    b"dvcC",
    b"dvvC",
    b"esds",
    b"dOps",
    b"dac3",
    b"dec3",
    b"alac",
    b"pasp",
    b"colr",
    b"clap",
    b"btrt",
    b"fiel",
    b"chan",
    b"chnl",
    b"mdcv",
    b"clli",
    b"gama",
    b"amve",
    b"frma",
    b"enda",
    b"mp4a",
    b"\0\0\0\0",
];

/// Cleans the descriptions of a track's samples.
pub(crate) fn descriptions(part: &Box<'_>, picture: bool, found: &mut Found) -> Result<(), Refusal> {
    let (entries, behind) = boxes(take(part.body, 8, part.body.len().saturating_sub(8))?, part.body_at() + 8)?;
    if entries.is_empty() || entries.len() != index(be32(part.body, 4)?)? {
        return Err(Refusal::Broken("the descriptions of a track"));
    }
    for entry in &entries {
        let known = if picture { PICTURE.as_slice() } else { SOUND.as_slice() };
        if !known.contains(&&entry.name) {
            return Err(Refusal::NotSupported);
        }
        // Reserved bytes, then QuickTime's vendor.
        zero(found, entry, 0, 6)?;
        zero(found, entry, 12, 16)?;
        if picture {
            // The name of the encoder.
            zero(found, entry, 42, 74)?;
            extensions(entry, 78, found)?;
        } else {
            let first = match be16(entry.body, 8)? {
                0 => 28,
                1 => 44,
                2 => 64,
                _ => return Err(Refusal::NotSupported),
            };
            extensions(entry, first, found)?;
        }
    }
    let end = part.body_at() + part.body.len() as u64;
    found.patch(end - behind.len() as u64..end, b"")
}

/// Frees what is not known among the boxes from `first` on.
fn extensions(entry: &Box<'_>, first: usize, found: &mut Found) -> Result<(), Refusal> {
    let bytes = entry.body.get(first..).ok_or(crate::bytes::CUT)?;
    let at = entry.body_at() + first as u64;
    let (parts, behind) = boxes(bytes, at)?;
    for part in &parts {
        match &part.name {
            // QuickTime wraps the same boxes once more around sound.
            b"wave" if &entry.name != b"wave" => extensions(part, 0, found)?,
            name if KEPT.contains(&name) => {}
            _ => {
                found.patch(part.at + 4..part.at + 8, b"free")?;
                found.patch(part.body_at()..part.body_at() + part.body.len() as u64, b"")?;
            }
        }
    }
    let end = at + bytes.len() as u64;
    found.patch(end - behind.len() as u64..end, b"")
}

fn zero(found: &mut Found, entry: &Box<'_>, from: u64, to: u64) -> Result<(), Refusal> {
    if to > entry.body.len() as u64 {
        return Err(crate::bytes::CUT);
    }
    found.patch(entry.body_at() + from..entry.body_at() + to, b"")
}
