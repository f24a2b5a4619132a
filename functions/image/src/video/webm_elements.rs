//! The elements of `WebM`, and which of them are kept in which.

/// The element that holds the whole file: there is none, but it makes the walk even.
pub(crate) const FILE: u32 = 0;
pub(crate) const EBML: u32 = 0x1a45_dfa3;
pub(crate) const DOC_TYPE: u32 = 0x4282;
pub(crate) const SEGMENT: u32 = 0x1853_8067;
pub(crate) const SEEK_HEAD: u32 = 0x114d_9b74;
pub(crate) const SEEK: u32 = 0x4dbb;
pub(crate) const INFO: u32 = 0x1549_a966;
pub(crate) const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
pub(crate) const DURATION: u32 = 0x4489;
pub(crate) const TRACKS: u32 = 0x1654_ae6b;
pub(crate) const TRACK: u32 = 0xae;
pub(crate) const TRACK_TYPE: u32 = 0x83;
pub(crate) const CODEC_ID: u32 = 0x86;
pub(crate) const CODEC_PRIVATE: u32 = 0x63a2;
pub(crate) const ENCODINGS: u32 = 0x6d80;
pub(crate) const VIDEO: u32 = 0xe0;
pub(crate) const AUDIO: u32 = 0xe1;
pub(crate) const PIXEL_WIDTH: u32 = 0xb0;
pub(crate) const PIXEL_HEIGHT: u32 = 0xba;
pub(crate) const DISPLAY_WIDTH: u32 = 0x54b0;
pub(crate) const DISPLAY_HEIGHT: u32 = 0x54ba;
pub(crate) const DISPLAY_UNIT: u32 = 0x54b2;
pub(crate) const COLOUR: u32 = 0x55b0;
pub(crate) const MASTERING: u32 = 0x55d0;
pub(crate) const CUES: u32 = 0x1c53_bb6b;
pub(crate) const CUE_POINT: u32 = 0xbb;
pub(crate) const CUE_POSITIONS: u32 = 0xb7;
pub(crate) const CLUSTER: u32 = 0x1f43_b675;
pub(crate) const BLOCK_GROUP: u32 = 0xa0;
pub(crate) const ADDITIONS: u32 = 0x75a1;
pub(crate) const MORE: u32 = 0xa6;

/// What is done with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// It becomes empty space.
    Void,
    /// It stays, if it is as long as a number at most.
    Number,
    /// It stays, whatever it holds: pixels and sound.
    Data,
    /// It has to be there and is made empty.
    Empty,
    /// It holds elements.
    Enter,
    /// Its body is read.
    Look,
    /// The video is not taken.
    Refuse,
}

/// What is done with an element in another one. Whatever is not named here becomes empty space, also check sums: they would not be
/// right any more.
pub(crate) fn action(parent: u32, id: u32) -> Action {
    match (parent, id) {
        (FILE, EBML | SEGMENT)
        | (SEGMENT, SEEK_HEAD | INFO | TRACKS | CUES | CLUSTER)
        | (SEEK_HEAD, SEEK)
        | (TRACKS, TRACK)
        | (TRACK, VIDEO | AUDIO)
        | (VIDEO, COLOUR)
        | (COLOUR, MASTERING)
        | (CUES, CUE_POINT)
        | (CUE_POINT, CUE_POSITIONS)
        | (CLUSTER, BLOCK_GROUP)
        | (BLOCK_GROUP, ADDITIONS)
        | (ADDITIONS, MORE) => Action::Enter,
        (TRACK, ENCODINGS) => Action::Refuse,
        (EBML, DOC_TYPE)
        | (INFO, TIMESTAMP_SCALE | DURATION)
        | (TRACK, TRACK_TYPE | CODEC_ID | CODEC_PRIVATE)
        | (VIDEO, PIXEL_WIDTH | PIXEL_HEIGHT | DISPLAY_WIDTH | DISPLAY_HEIGHT | DISPLAY_UNIT) => Action::Look,
        // The names of the programs that wrote the file.
        (INFO, 0x4d80 | 0x5741) => Action::Empty,
        // Blocks, and the alpha of a block.
        (CLUSTER, 0xa3) | (BLOCK_GROUP, 0xa1) | (MORE, 0xa5) => Action::Data,
        (EBML, 0x4286 | 0x42f7 | 0x42f2 | 0x42f3 | 0x4287 | 0x4285)
        | (SEEK, 0x53ab | 0x53ac)
        // Number, id, flags, duration of a frame, language, delays.
        | (TRACK, 0xd7 | 0x73c5 | 0xb9 | 0x88 | 0x55aa | 0x9c | 0x23_e383 | 0x22_b59c | 0x56aa | 0x56bb | 0x55ee)
        // Interlaced, stereo, alpha, cropping.
        | (VIDEO, 0x9a | 0x9d | 0x53b8 | 0x53c0 | 0x54aa | 0x54bb | 0x54cc | 0x54dd)
        | (AUDIO, 0xb5 | 0x78b5 | 0x9f | 0x6264)
        | (COLOUR, 0x55b1..=0x55bd)
        | (MASTERING, 0x55d1..=0x55da)
        | (CUE_POINT, 0xb3)
        | (CUE_POSITIONS, 0xf7 | 0xf1 | 0xf0 | 0xb2 | 0x5378)
        | (CLUSTER, 0xe7 | 0xab | 0xa7)
        | (BLOCK_GROUP, 0x9b | 0xfb | 0x75a2)
        | (MORE, 0xee) => Action::Number,
        _ => Action::Void,
    }
}

/// Whether an element stands in the segment itself, so that a cluster of unknown length ends before it.
pub(crate) fn ends_cluster(id: u32) -> bool {
    const TAGS: u32 = 0x1254_c367;
    const ATTACHMENTS: u32 = 0x1941_a469;
    const CHAPTERS: u32 = 0x1043_a770;
    matches!(id, SEEK_HEAD | INFO | TRACKS | CUES | CLUSTER | TAGS | ATTACHMENTS | CHAPTERS)
}
