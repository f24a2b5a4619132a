//! Checks and cleans one file: `clean FILE OUT [THUMBNAIL]`. The benchmark runs it, and so may you.

use std::error::Error;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use media_check::{Kind, Picture, SNIFFED_BYTES, Step, Survey, VideoPlan, sniff, thumbnail};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [file, out, small @ ..] = arguments.as_slice() else { return Err("clean FILE OUT [THUMBNAIL]".into()) };
    let mut file = File::open(file)?;
    let mut first = Vec::new();
    (&mut file).take(SNIFFED_BYTES as u64).read_to_end(&mut first)?;
    file.rewind()?;
    let kind = sniff(&first).ok_or("not supported")?;
    if kind.is_video() {
        video(kind, file, out.as_ref())
    } else {
        picture(kind, file, out.as_ref(), small.first().map(AsRef::as_ref))
    }
}

fn picture(kind: Kind, mut file: File, out: &Path, small: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let mut upload = Vec::with_capacity(usize::try_from(file.metadata()?.len())?);
    file.read_to_end(&mut upload)?;
    let picture = Picture::clean(kind, upload)?;
    println!("{} {}x{}, {} frames", kind.content_type(), picture.width(), picture.height(), picture.frames());
    if let Some(small) = small {
        let thumbnail = thumbnail(&picture)?;
        println!("thumbnail {}x{}, {} bytes", thumbnail.width, thumbnail.height, thumbnail.bytes.len());
        std::fs::write(small, &thumbnail.bytes)?;
    }
    Ok(std::fs::write(out, picture.bytes())?)
}

fn video(kind: Kind, mut file: File, out: &Path) -> Result<(), Box<dyn Error>> {
    let (plan, reads) = look_through(kind, &mut file)?;
    let duration = plan.duration_ms().map_or("unknown".to_owned(), |ms| format!("{ms} ms"));
    println!("{} {}x{}, duration {duration}", kind.content_type(), plan.width(), plan.height());
    println!("{} patches, {reads} reads", plan.patches().len());
    file.rewind()?;
    let mut out = File::create(out)?;
    let (mut at, mut part) = (0, vec![0; 64 * 1024]);
    loop {
        let length = file.read(&mut part)?;
        if length == 0 {
            return Ok(());
        }
        plan.apply(at, &mut part[..length]);
        out.write_all(&part[..length])?;
        at += length as u64;
    }
}

/// The plan, and how many reads it took.
fn look_through(kind: Kind, file: &mut File) -> Result<(VideoPlan, u32), Box<dyn Error>> {
    let mut survey = Survey::new(kind, file.metadata()?.len())?;
    let mut reads = 0;
    loop {
        match survey.step()? {
            Step::Done(plan) => return Ok((plan, reads)),
            Step::Read(range) => {
                let mut bytes = vec![0; usize::try_from(range.end - range.start)?];
                file.seek(SeekFrom::Start(range.start))?;
                file.read_exact(&mut bytes)?;
                survey.give(bytes);
                reads += 1;
            }
        }
    }
}
