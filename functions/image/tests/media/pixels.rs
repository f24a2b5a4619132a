//! Decoded pixels of every frame, by the decoders themselves and without any of the product's code.

use std::io::Cursor;

use media_check::Kind;

/// The frames of a picture, each as its bytes with delay and place where the format has them.
pub(crate) fn frames(kind: Kind, bytes: &[u8]) -> Vec<Vec<u8>> {
    match kind {
        Kind::Jpeg => {
            let mut decoder = jpeg_decoder::Decoder::new(bytes);
            vec![decoder.decode().expect("it can be decoded")]
        }
        Kind::Png => {
            let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().expect("it can be decoded");
            let count = reader.info().animation_control.map_or(1, |control| control.num_frames);
            let mut frame = vec![0; reader.output_buffer_size().expect("it can be decoded")];
            let mut next = || {
                reader.next_frame(&mut frame).expect("it can be decoded");
                let delay = reader.info().frame_control.map_or(0, |control| control.delay_num);
                [frame.clone(), delay.to_be_bytes().to_vec()].concat()
            };
            (0..count).map(|_| next()).collect()
        }
        Kind::WebP => {
            let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).expect("it can be decoded");
            let mut frame = vec![0; decoder.output_buffer_size().expect("it can be decoded")];
            if !decoder.is_animated() {
                decoder.read_image(&mut frame).expect("it can be decoded");
                return vec![frame];
            }
            let mut next = || {
                let delay = decoder.read_frame(&mut frame).expect("it can be decoded");
                [frame.clone(), delay.to_be_bytes().to_vec()].concat()
            };
            (0..3).map(|_| next()).collect()
        }
        Kind::Gif => {
            let mut options = gif::DecodeOptions::new();
            options.set_color_output(gif::ColorOutput::RGBA);
            let mut decoder = options.read_info(bytes).expect("it can be decoded");
            let mut frames = Vec::new();
            while let Some(frame) = decoder.read_next_frame().expect("it can be decoded") {
                frames.push(
                    [frame.buffer.to_vec(), frame.delay.to_be_bytes().to_vec(), vec![frame.dispose as u8]].concat(),
                );
            }
            frames
        }
        Kind::Mp4 | Kind::WebM => panic!("a video is not decoded"),
    }
}
