//! Announcing and uploading: what is taken, what is refused, and what is left of it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::Once;

use reqwest::Method;
use serde_json::json;
use tests::media::{download, location, seed, upload};
use tests::sources::root;
use tests::{DatabaseFault, Fault, Pair, Stack, fresh_key, unique};

const QUEUE: &str = "UploadsQueue";

#[tokio::test]
async fn rule_21_only_images_and_videos_of_a_size_are_announced() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    for other in ["image/svg+xml", "text/html", "image/heic", "video/x-matroska", "image/PNG", ""] {
        ann.announcing(other, 10).await.problem("unsupported-media");
    }
    for (content_type, most) in [("image/png", 10 << 20), ("video/mp4", 100 << 20)] {
        ann.announcing(content_type, 0).await.invalid("/bytes");
        ann.announcing(content_type, most + 1).await.invalid("/bytes");
        ann.announcing(content_type, most).await.expect(201);
    }
    ann.post("/media", &json!({"bytes": 10})).await.invalid("/content_type");
    ann.post("/media", &json!({"content_type": "image/png", "bytes": -1})).await.invalid("/bytes");
    ann.post("/media", &json!({"content_type": "image/png", "bytes": 1, "name": "x"})).await.invalid("/name");
}

#[tokio::test]
async fn rule_21_the_address_takes_what_was_announced_and_nothing_else() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let png = seed("base.png");
    let announced = ann.announcing("image/png", png.len()).await.expect(201).clone();
    let url = announced["upload"]["url"].as_str().unwrap();
    assert_eq!(announced["upload"]["headers"]["content-length"], png.len().to_string());
    let put = async |content_type: &str, url: &str, bytes: Vec<u8>| {
        let request = reqwest::Client::new().put(url).header("content-type", content_type).body(bytes);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(put("image/png", url, [png.clone(), vec![0]].concat()).await, 403, "a longer body");
    assert_eq!(put("text/html", url, png.clone()).await, 403, "another type");
    assert_eq!(put("image/png", &url.replace("uploads/", "media/"), png.clone()).await, 403, "another place");
    let read = reqwest::Client::new().request(Method::GET, url).send().await.unwrap();
    assert_eq!(read.status().as_u16(), 403, "reading");
    assert!(!stack.objects().await.iter().any(|key| key.contains(announced["media_id"].as_str().unwrap())));
    assert_eq!(put("image/png", url, png).await, 200);
}

#[tokio::test]
async fn rule_21_a_repeat_of_an_announcement_is_the_same() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    let key = fresh_key();
    let first = ann.announcing("image/png", 10).key(&key).await.expect(201).clone();
    let again = ann.announcing("image/png", 10).key(&key).await;
    assert_eq!((&again.expect(201)["media_id"], again.replayed()), (&first["media_id"], true));
    ann.announcing("image/png", 11).key(&key).await.problem("idempotency-mismatch");
}

/// Installs exiftool where it is missing.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let installed = Command::new(root().join(".ci/media-tools")).status().expect("the script can be started");
        assert!(installed.success(), "exiftool could not be installed: see above");
    });
}

/// What exiftool finds of places and people in a file.
fn tells(bytes: &[u8]) -> String {
    install();
    let mut exiftool = Command::new("exiftool")
        .args([
            "-a",
            "-u",
            "-G1",
            "-ee",
            "-GPS*",
            "-XMP:all",
            "-IPTC:all",
            "-EXIF:all",
            "-Comment",
            "-location*",
            "-UserData:all",
            "-",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("exiftool can be started");
    exiftool.stdin.take().unwrap().write_all(bytes).unwrap();
    String::from_utf8_lossy(&exiftool.wait_with_output().unwrap().stdout).into_owned()
}

#[tokio::test]
async fn rule_21_photos_and_videos_come_back_without_their_places() {
    let stack = Stack::shared();
    let ann = stack.user("ann").await;
    for (content_type, file, video) in [
        ("image/jpeg", "places.jpg", false),
        ("image/png", "places.png", false),
        ("image/webp", "places.webp", false),
        ("image/gif", "places.gif", false),
        ("video/mp4", "places.mp4", true),
        ("video/webm", "places.webm", true),
    ] {
        let before = seed(file);
        assert!(!tells(&before).is_empty() || file == "places.gif" || video, "{file} has a place");
        let media = ann.uploads(content_type, before).await;
        let answer = ann.looked_at(&media).await;
        let (status, kind, bytes) = download(&location(&answer)).await;
        assert_eq!((status, kind.as_str()), (200, content_type), "{file}");
        let told = tells(&bytes);
        let places = ["GPS", "Latitude", "Longitude", "Location", "48.8", "Paris", "XMP", "IPTC", "Comment"];
        assert!(!places.iter().any(|place| told.contains(place)), "{file}: {told}");
        let small = ann.fetching(&media, "?variant=thumbnail").await;
        if video {
            small.problem("not-found");
        } else {
            let (status, kind, bytes) = download(&location(&small)).await;
            assert_eq!((status, kind.as_str()), (200, "image/jpeg"), "{file}");
            assert!(bytes.starts_with(&[0xff, 0xd8]) && tells(&bytes).is_empty(), "{file}");
        }
    }
    stack.worked_off(QUEUE).await;
    assert!(!stack.objects().await.iter().any(|key| key.starts_with("uploads/")), "nothing of the uploads is left");
}

#[tokio::test]
async fn rule_21_what_is_not_what_it_says_is_refused_and_nothing_of_it_kept() {
    let stack = Stack::own();
    let ann = stack.user("ann").await;
    let secret = unique("secret");
    let page = format!("<html><script>alert('{secret}')</script></html>").into_bytes();
    let cut = seed("base.jpg")[..400].to_vec();
    // A picture that says of itself that it has a hundred megapixels.
    let mut bomb = seed("base.png");
    bomb[16..24].copy_from_slice(&[0, 0, 0x27, 0x10, 0, 0, 0x27, 0x10]);
    let mut pictures = Vec::new();
    for (content_type, bytes) in [
        ("image/png", page.clone()),
        ("image/jpeg", page.clone()),
        ("video/mp4", page),
        ("image/png", seed("base.jpg")),
        ("image/jpeg", cut),
        ("image/png", bomb),
        ("video/mp4", seed("subtitles.mp4")),
        ("image/png", vec![0]),
    ] {
        let media = ann.uploads(content_type, bytes).await;
        let refused = ann.looked_at(&media).await;
        let detail = refused.problem("unsupported-media")["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("The ") && !detail.contains(&secret), "{detail}");
        pictures.push(media);
    }
    let other = stack.user("other").await;
    other.fetching(&pictures[0], "").await.problem("not-found");
    let pair = Pair::new(&stack).await;
    pair.ann.attaching(&pair.thread, &[&pictures[0]]).await.invalid("/attachments/0");
    stack.worked_off(QUEUE).await;
    assert!(stack.objects().await.is_empty(), "{:?}", stack.objects().await);
    assert!(stack.queue("UploadsDeadLetters").await.messages.is_empty());
}

#[tokio::test]
async fn rule_21_a_look_that_is_interrupted_is_repeated() {
    let stack = Stack::own();
    stack.excuse("functions die on purpose");
    let ann = stack.user("ann").await;
    for fault in [DatabaseFault::KillBefore, DatabaseFault::KillAfter] {
        let dies = Fault::database(fault).function("ImageFunction").operation("UpdateItem");
        let armed = stack.inject(dies).await;
        let announced = ann.announcing("image/png", seed("base.png").len()).await.expect(201).clone();
        assert_eq!(upload(&announced, seed("base.png")).await, 200);
        stack.await_fault(&armed, 1).await;
        stack.worked_off(QUEUE).await;
        let media = announced["media_id"].as_str().unwrap();
        location(&ann.fetching(media, "").await);
        let left: Vec<String> = stack.objects().await.into_iter().filter(|key| key.contains(media)).collect();
        assert_eq!(left, [format!("media/{media}"), format!("thumbnails/{media}")]);
    }
}

#[tokio::test]
async fn rule_21_a_large_video_passes_through() {
    let stack = Stack::own();
    let ann = stack.user("ann").await;
    // A free box behind the film makes it long; it is zeroed, and not kept.
    let film = seed("fast.mp4");
    let size: u32 = 20 << 20;
    let padding = [size.to_be_bytes().as_slice(), b"free", &vec![7; size as usize - 8]].concat();
    let media = ann.uploads("video/mp4", [film, padding].concat()).await;
    let (status, kind, bytes) = download(&location(&ann.looked_at(&media).await)).await;
    assert_eq!((status, kind.as_str()), (200, "video/mp4"));
    assert!(bytes.len() > 20 << 20 && !bytes[bytes.len() - (1 << 20)..].contains(&7));
}
