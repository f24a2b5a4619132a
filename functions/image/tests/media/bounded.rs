//! What takes little of a file to say and much to do: none of it is done.

use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use media_check::fuzz::survey;
use media_check::{Kind, Picture, Refusal, Step, Survey};

use crate::seeds::read;

/// A segment of a JPEG.
fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).expect("a short segment").to_be_bytes();
    [&[0xff, marker], length.as_slice(), body].concat()
}

#[test]
fn rule_21_a_profile_in_as_many_parts_as_there_are_numbers_is_put_together() {
    let mut profile = vec![0; 255];
    profile[..4].copy_from_slice(&255_u32.to_be_bytes());
    profile[36..40].copy_from_slice(b"acsp");
    let base = read("base.jpg");
    for parts in [255, 256, 300] {
        let numbered = (1..=parts).zip(profile.iter().cycle());
        let part = |number: u32, byte: u8| {
            let number = u8::try_from(number % 256).unwrap();
            segment(0xe2, &[b"ICC_PROFILE\0", [number, 255, byte].as_slice()].concat())
        };
        let parted: Vec<u8> = numbered.flat_map(|(number, byte)| part(number, *byte)).collect();
        let jpeg = [&base[..2], &parted, &base[2..]].concat();
        let cleaned = Picture::clean(Kind::Jpeg, jpeg).unwrap().into_bytes();
        assert_eq!(crate::seeds::holds(&cleaned, &profile), parts == 255, "{parts} parts");
    }
}

#[test]
fn rule_21_a_jpeg_of_nothing_but_tables_is_refused() {
    let base = read("base.jpg");
    let tables = segment(0xc4, &[]).repeat(1_000_000);
    let jpeg = [&base[..2], &tables, &base[2..]].concat();
    assert!(matches!(Picture::clean(Kind::Jpeg, jpeg), Err(Refusal::Broken(_))));
}

#[test]
fn rule_21_profiles_that_take_long_to_unpack_are_not_unpacked_one_by_one() {
    let mut packed = ZlibEncoder::new(b"x\0\0".to_vec(), Compression::best());
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), 4 << 20), &mut packed).unwrap();
    let body = packed.finish().unwrap();
    let mut chunk = u32::try_from(body.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend_from_slice(b"iCCP");
    chunk.extend_from_slice(&body);
    chunk.extend_from_slice(&crc32fast::hash(&chunk[4..]).to_be_bytes());
    let base = read("base.png");
    let png = [&base[..33], &chunk.repeat(2_000), &base[33..]].concat();
    let start = Instant::now();
    assert!(Picture::clean(Kind::Png, png).is_ok());
    // All of them are 8 GiB.
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn rule_21_a_header_of_nothing_but_boxes_is_refused() {
    let start = read("fast.mp4");
    let movie = start.windows(4).position(|bytes| bytes == b"moov").unwrap() - 4;
    let boxes = b"\0\0\0\x08free".repeat(900_000);
    let length = u32::try_from(boxes.len() + 8).unwrap().to_be_bytes();
    let mp4 = [&start[..movie], &length, b"moov", &boxes].concat();
    assert_eq!(survey(Kind::Mp4, &mp4), Err(Refusal::TooManyParts));
}

#[test]
fn rule_21_a_header_larger_than_a_read_is_read_once() {
    // A moov that free space makes longer than what is read at once.
    let start = read("fast.mp4");
    let movie = start.windows(4).position(|bytes| bytes == b"moov").unwrap() - 4;
    let end = movie + usize::try_from(u32::from_be_bytes(start[movie..movie + 4].try_into().unwrap())).unwrap();
    for free in [200_000, 300_000, 2_000_000_u32] {
        let mut mp4 = start[..end].to_vec();
        let length = u32::try_from(end - movie).unwrap() + free;
        mp4.splice(movie..movie + 4, length.to_be_bytes());
        mp4.extend_from_slice(&free.to_be_bytes());
        mp4.extend_from_slice(b"free");
        mp4.resize(movie + length as usize, 1);
        mp4.extend_from_slice(&start[end..]);
        assert!(media_check::fuzz::video(&mp4), "{free} bytes of free space");
    }
}

#[test]
fn rule_21_a_file_that_is_shorter_than_was_said_is_refused() {
    for (kind, name) in [(Kind::Mp4, "places.mp4"), (Kind::WebM, "places.webm")] {
        let bytes = read(name);
        for given in [0, 10, 64, bytes.len() / 2] {
            let mut survey = Survey::new(kind, bytes.len() as u64).unwrap();
            let mut reads = 0;
            let refusal = loop {
                match survey.step() {
                    Ok(Step::Read(range)) => {
                        let start = usize::try_from(range.start).unwrap();
                        let end = usize::try_from(range.end).unwrap().min(given);
                        survey.give(bytes.get(start..end).unwrap_or_default().to_vec());
                        reads += 1;
                        assert!(reads < 10, "{name}, {given} bytes given");
                    }
                    other => break other.err(),
                }
            };
            assert!(matches!(refusal, Some(Refusal::Broken(_) | Refusal::NotSupported)), "{refusal:?}");
        }
    }
}
