//! Seeds with mistakes: nothing panics, and what is taken is clean.

use media_check::fuzz;

use crate::seeds::{PICTURES, VIDEOS, read};

/// Variants of each seed, unless `BACKCHANNEL_VARIANTS` asks for more.
const VARIANTS: u32 = 300;

/// Changes some bytes, cuts, doubles or moves a part.
pub(crate) fn mutate(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..=4) {
        if bytes.len() < 16 {
            return;
        }
        let at = random.usize(..bytes.len());
        let end = (at + random.usize(1..=32)).min(bytes.len());
        match random.u8(..8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].to_vec();
                let to = random.usize(..=bytes.len());
                bytes.splice(to..to, part);
            }
            3 => bytes[at] = *random.choice([0, 1, 0x7f, 0x80, 0xff].iter()).unwrap_or(&0),
            4 => bytes[at] = bytes[at].wrapping_add(random.u8(..)),
            // Lengths and markers stand near the beginning.
            5 => {
                let early = random.usize(..bytes.len().min(200));
                bytes[early] ^= 1 << random.u8(..8);
            }
            _ => bytes[at] ^= 1 << random.u8(..8),
        }
    }
}

#[test]
fn rule_21_pictures_with_mistakes_are_refused_or_clean() {
    vary(&PICTURES, fuzz::picture);
}

#[test]
fn rule_21_videos_with_mistakes_are_refused_or_clean() {
    vary(&VIDEOS, fuzz::video);
}

fn vary(seeds: &[&str], is_taken: fn(&[u8]) -> bool) {
    let variants = std::env::var("BACKCHANNEL_VARIANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(VARIANTS);
    let mut random = fastrand::Rng::with_seed(u64::from(variants));
    let (mut taken, mut all) = (0, 0);
    for name in seeds {
        assert!(is_taken(&read(name)), "{name} is taken as it is");
        for _ in 0..variants {
            let mut bytes = read(name);
            mutate(&mut bytes, &mut random);
            taken += u32::from(is_taken(&bytes));
            all += 1;
        }
    }
    // Neither all nor none: otherwise the changes would be too small or too large to show anything.
    assert!((all / 20..all * 19 / 20).contains(&taken), "{taken} of {all} were taken");
}
