//! QR codes, for terminals and as pictures.

use fast_qr::{Mode, QRBuilder, ECL};

use crate::failure::Failure;

/// Most bytes that the largest code carries, with the least error correction.
pub const MOST_BYTES: usize = 2_953;

/// Light modules around a code, without which readers do not find it.
const QUIET: usize = 4;

/// Pixels of a module, on each side: as many as a byte has bits.
const PIXELS: usize = 8;

/// A QR code, with the quiet zone around it.
pub struct Code {
    width: usize,
    dark: Vec<bool>,
}

impl Code {
    /// The code that carries `bytes`. Refuses more than fit.
    pub fn new(bytes: &[u8]) -> Result<Self, Failure> {
        let made = QRBuilder::new(bytes).mode(Mode::Byte).ecl(ECL::L).build();
        let made = made.ok().filter(|_| bytes.len() <= MOST_BYTES).ok_or_else(|| {
            Failure::Input(format!(
                "the call takes {} bytes, and a QR code holds {MOST_BYTES}: write it with --unsigned FILE and without \
                 --qr, for a wallet that reads files",
                bytes.len()
            ))
        })?;
        let width = made.size + 2 * QUIET;
        let mut dark = vec![false; width * width];
        for (y, row) in dark.chunks_mut(width).skip(QUIET).take(made.size).enumerate() {
            for (to, module) in row.iter_mut().skip(QUIET).zip(&made[y]) {
                *to = module.value();
            }
        }
        Ok(Self { width, dark })
    }

    /// Columns of [`Code::lines`].
    pub fn columns(&self) -> usize {
        self.width
    }

    /// The code as text, two rows of modules a line. What is dark is drawn: on a dark terminal the colours have to be
    /// turned around.
    pub fn lines(&self) -> Vec<String> {
        let line = |rows: &[bool]| {
            let (upper, lower) = rows.split_at(self.width);
            let lower = lower.iter().copied().chain(std::iter::repeat(false));
            let half = |(upper, lower)| match (upper, lower) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            };
            upper.iter().copied().zip(lower).map(half).collect()
        };
        self.dark.chunks(2 * self.width).map(line).collect()
    }

    /// The code as a PNG file, in black and white.
    pub fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut rows = Vec::new();
        for row in self.dark.chunks(self.width) {
            let pixels: Vec<u8> = row.iter().map(|dark| if *dark { 0x00 } else { 0xff }).collect();
            for _ in 0..PIXELS {
                rows.extend_from_slice(&pixels);
            }
        }
        let side = u32::try_from(self.width * PIXELS).map_err(|_| png::EncodingError::LimitsExceeded)?;
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.write_header()?.write_image_data(&rows)?;
        Ok(file)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// What a reader of pictures finds in one with these dark pixels.
    fn found(width: usize, dark: impl Fn(usize, usize) -> bool) -> Vec<Vec<u8>> {
        let grey = |x, y| if dark(x, y) { 0 } else { 255 };
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, width, grey);
        let read = |grid: rqrr::Grid<_>| {
            let mut bytes = Vec::new();
            grid.decode_to(&mut bytes).unwrap();
            bytes
        };
        picture.detect_grids().into_iter().map(read).collect()
    }

    /// What a reader finds in a picture.
    pub fn from_png(file: &[u8]) -> Vec<Vec<u8>> {
        let mut decoder = png::Decoder::new(file);
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size()];
        let frame = reader.next_frame(&mut pixels).unwrap();
        assert_eq!(frame.width, frame.height);
        let width = frame.width as usize;
        found(width, |x, y| pixels[y * width + x] < 128)
    }

    fn from_lines(lines: &[String]) -> Vec<Vec<u8>> {
        let lines: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
        let width = lines[0].len();
        assert!(lines.iter().all(|line| line.len() == width) && lines.len() == width.div_ceil(2));
        let dark = |x: usize, y: usize| {
            let upper = y % 2 == 0;
            matches!((lines[y / 2][x], upper), ('█', _) | ('▀', true) | ('▄', false))
        };
        // As large on a screen as a reader needs it.
        found(width * 4, |x, y| dark(x / 4, y / 4))
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|x| (x * 7 % 251) as u8).collect()
    }

    #[test]
    fn a_code_is_read_again_from_the_picture_and_from_the_terminal() {
        for length in [1, 100, 253, 1_000, 2_000, MOST_BYTES] {
            let code = Code::new(&bytes(length)).unwrap();
            assert!(from_png(&code.png().unwrap()) == [bytes(length)], "{length} bytes as a picture");
            assert!(from_lines(&code.lines()) == [bytes(length)], "{length} bytes as text");
        }
    }

    #[test]
    fn a_code_has_a_quiet_zone_of_four_modules() {
        let code = Code::new(&bytes(100)).unwrap();
        let lines = code.lines();
        assert_eq!(code.columns(), lines[0].chars().count());
        assert!(lines[..2].iter().all(|line| line.trim().is_empty()));
        assert!(lines.iter().all(|line| line.starts_with("    ") && line.ends_with("    ")));
        assert!(lines[2].starts_with("    █▀▀▀▀▀█"));
    }

    #[test]
    fn a_picture_has_eight_pixels_a_module() {
        let code = Code::new(&bytes(100)).unwrap();
        let file = code.png().unwrap();
        let info = png::Decoder::new(file.as_slice()).read_info().unwrap().info().clone();
        assert_eq!((info.width as usize, info.height as usize), (code.columns() * 8, code.columns() * 8));
    }

    #[test]
    fn more_than_a_code_holds_is_refused_with_the_other_way() {
        for length in [MOST_BYTES + 1, 10_000] {
            let Err(Failure::Input(sentence)) = Code::new(&bytes(length)) else {
                panic!("{length} bytes fit")
            };
            assert!(sentence.contains(&format!("takes {length} bytes")), "{sentence}");
            assert!(sentence.contains("--unsigned FILE"), "{sentence}");
        }
    }
}
