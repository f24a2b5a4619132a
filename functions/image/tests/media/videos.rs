//! What is left of videos.

use media_check::fuzz::survey;
use media_check::limits::MAX_VIDEO_BYTES;
use media_check::{Kind, Refusal, Step, Survey};

use crate::exiftool::{has_place, tags};
use crate::seeds::{SECRET, VIDEOS, holds, kind, read};

/// A seed, cleaned in parts of odd sizes.
fn cleaned(name: &str) -> Vec<u8> {
    let mut bytes = read(name);
    let plan = survey(kind(name), &bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut at = 0;
    for part in bytes.chunks_mut(97) {
        plan.apply(at, part);
        at += part.len() as u64;
    }
    bytes
}

#[test]
fn rule_21_no_place_and_no_text_is_left_in_a_video() {
    for name in VIDEOS {
        let original = read(name);
        assert!(holds(&original, SECRET) && has_place(&original), "{name} holds a place");
        let left = cleaned(name);
        assert_eq!(left.len(), original.len());
        assert!(!holds(&left, SECRET), "{name}");
        assert!(!has_place(&left), "{name}: {:?}", tags(&left));
        let texts =
            ["UserData", "ItemList", "Keys", "XMP", "Title", "Comment", "Encoder", "CompressorName", "HandlerVendor"];
        let told: Vec<_> =
            tags(&left).into_iter().filter(|(tag, _)| texts.iter().any(|text| tag.contains(text))).collect();
        assert!(told.is_empty(), "{name}: {told:?}");
        for program in [b"Lavf".as_slice(), b"Lavc"] {
            // The stream itself may name its encoder, the boxes and elements around it do not.
            assert!(!holds(&left[..200], program), "{name}");
        }
    }
}

#[test]
fn rule_21_times_of_a_video_are_gone() {
    for name in VIDEOS {
        let times: Vec<_> = tags(&cleaned(name))
            .into_iter()
            .filter(|(tag, value)| {
                tag.contains("Date") && !tag.starts_with("System:") && value != "0000:00:00 00:00:00"
            })
            .collect();
        assert!(times.is_empty(), "{name}: {times:?}");
    }
}

#[test]
fn rule_21_pixels_and_sound_of_a_video_stay_where_they_are() {
    for name in ["fast.mp4", "places.mp4", "places.mov", "fragments.mp4", "loci.mp4", "turned.mp4"] {
        let (before, after) = (read(name), cleaned(name));
        let mut at = 0;
        let mut compared = 0;
        while at + 8 <= before.len() {
            let length = u32::from_be_bytes(before[at..at + 4].try_into().unwrap()) as usize;
            if &before[at + 4..at + 8] == b"mdat" {
                assert!(before[at..at + length] == after[at..at + length], "{name}");
                compared += length;
            }
            at += length;
        }
        assert!(compared > 500, "{name}");
    }
}

#[test]
fn rule_21_size_and_duration_of_a_video_are_known() {
    let size = |name: &str| {
        let plan = survey(kind(name), &read(name)).unwrap();
        (plan.width(), plan.height(), plan.duration_ms().map(|ms| ms / 100))
    };
    assert_eq!(size("fast.mp4"), (64, 48, Some(10)));
    assert_eq!(size("turned.mp4"), (48, 64, Some(10)));
    assert_eq!(size("places.mov"), (64, 48, Some(10)));
    assert_eq!(size("places.webm"), (64, 48, Some(10)));
    // Neither fragments nor a recording as it is written know how long they will be.
    assert_eq!(size("fragments.mp4"), (64, 48, None));
    assert_eq!(size("live.webm"), (64, 48, None));
}

#[test]
fn rule_21_other_tracks_and_other_containers_are_refused() {
    assert_eq!(survey(Kind::Mp4, &read("subtitles.mp4")), Err(Refusal::ForeignTrack));
    assert_eq!(survey(Kind::WebM, &read("foreign.mkv")), Err(Refusal::NotSupported));
    assert_eq!(survey(Kind::WebM, &read("fast.mp4")), Err(Refusal::TypeDiffers("video/mp4")));
    assert_eq!(survey(Kind::Mp4, b"<html>"), Err(Refusal::NotSupported));
    assert_eq!(Survey::new(Kind::Mp4, MAX_VIDEO_BYTES + 1).err(), Some(Refusal::TooLarge));
    assert_eq!(Survey::new(Kind::Png, 10).err(), Some(Refusal::NotSupported));
    // Another name for the same type of track, in a fragmented file too.
    for name in ["fast.mp4", "fragments.mp4"] {
        let mut renamed = read(name);
        let handler = renamed.windows(4).position(|bytes| bytes == b"vide").unwrap();
        renamed[handler..handler + 4].copy_from_slice(b"meta");
        assert_eq!(survey(Kind::Mp4, &renamed), Err(Refusal::ForeignTrack), "{name}");
    }
}

#[test]
fn rule_21_a_video_that_was_cut_is_refused() {
    for name in VIDEOS.into_iter().filter(|name| kind(name) == Kind::Mp4) {
        let whole = read(name);
        for length in 0..whole.len() {
            // Between two boxes, a file in fragments is whole.
            if let Ok(plan) = survey(Kind::Mp4, &whole[..length]) {
                assert!(
                    matches!(name, "fragments.mp4" | "fast.mp4" | "places.mp4" | "places.mov"),
                    "{name} of {length} bytes: {plan:?}"
                );
            }
        }
    }
}

#[test]
fn rule_21_what_hangs_behind_a_video_is_refused_or_overwritten() {
    for name in VIDEOS.into_iter().filter(|name| kind(name) == Kind::Mp4) {
        let longer = [read(name), b"\0\0\0\x14sefdsecret-place".to_vec()].concat();
        let mut left = longer.clone();
        survey(Kind::Mp4, &longer).unwrap().apply(0, &mut left);
        assert!(!holds(&left, SECRET), "{name}");
        for behind in [SECRET, b"x", b"\0\0\0\x09\0\0\0\0x"] {
            assert!(survey(Kind::Mp4, &[read(name).as_slice(), behind].concat()).is_err(), "{name}");
        }
    }
}

#[test]
fn rule_21_a_video_is_looked_through_with_little_memory() {
    // 90 MB of pixels that nobody gives.
    let start = read("fast.mp4");
    let mdat = start.windows(4).position(|bytes| bytes == b"mdat").unwrap() - 4;
    let file = mdat as u64 + 90_000_000;
    let mut head = start[..mdat].to_vec();
    head.extend_from_slice(&90_000_000_u32.to_be_bytes());
    head.extend_from_slice(b"mdat");
    head.resize(300_000, 1);
    let mut survey = Survey::new(Kind::Mp4, file).unwrap();
    let mut read = 0;
    let plan = loop {
        match survey.step().unwrap() {
            Step::Done(plan) => break plan,
            Step::Read(range) => {
                read += range.end - range.start;
                survey.give(head[usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap()].to_vec());
            }
        }
    };
    assert!(read < 300_000, "{read} bytes were read");
    assert_eq!((plan.width(), plan.height()), (64, 48));
}

#[test]
fn rule_21_a_header_longer_than_memory_is_refused() {
    let mut bytes = read("fast.mp4");
    let movie = bytes.windows(4).position(|bytes| bytes == b"moov").unwrap();
    bytes.splice(movie - 4..movie, 9_000_000_u32.to_be_bytes());
    let mut survey = Survey::new(Kind::Mp4, 50_000_000).unwrap();
    let Ok(Step::Read(_)) = survey.step() else { panic!("it begins with a read") };
    bytes.resize(256 * 1024, 0);
    survey.give(bytes);
    assert_eq!(survey.step().err(), Some(Refusal::TooManyParts));
}
