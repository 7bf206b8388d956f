//! What a user's file may do: any bytes at all, and valid files with bytes changed, end in a value or in a typed error; never in a
//! panic, and never in more memory than a multiple of the file. The same readers are fuzzed for longer in fuzz/.

mod common;

use common::{
    held::{Counting, most},
    random::Rng,
    readers::readers,
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Numbers that sizes and offsets go wrong at.
const NUMBERS: [&str; 12] =
    ["0", "-1", "1", "255", "4096", "16777216", "4294967296", "18446744073709551615", "0.5", "1e999", "null", "[]"];

/// Bytes changed, cut, doubled, moved, or a number put in place of another.
fn mutate(bytes: &mut Vec<u8>, rng: &mut Rng) {
    if bytes.is_empty() {
        return;
    }
    // Most of the damage goes in front, where the structure is.
    let end = if rng.below(4) > 0 { bytes.len().min(2000) } else { bytes.len() };
    let at = rng.below(end);
    match rng.below(9) {
        0 => bytes[at] ^= 1 << rng.below(8),
        1 => bytes[at] = b"{}[],:\"'()-.e0123456789"[rng.below(23)],
        2 => bytes[at] = [0, 1, 127, 128, 255][rng.below(5)],
        3 => bytes.truncate(at),
        4 => {
            let more = bytes[at..bytes.len().min(at + 1 + rng.below(64))].to_vec();
            let to = rng.below(bytes.len());
            bytes.splice(to..to, more);
        }
        5 => drop(bytes.drain(at..(at + 1 + rng.below(16)).min(bytes.len()))),
        6 => {
            let word = (rng.word() >> rng.below(64)).to_le_bytes();
            let end = bytes.len().min(at + 8);
            bytes[at..end].copy_from_slice(&word[..end - at]);
        }
        7 => bytes.extend((0..1 + rng.below(9)).map(|_| rng.word() as u8)),
        _ => {
            let digits = |byte: &u8| byte.is_ascii_digit();
            let Some(from) = bytes[at..].iter().position(digits).map(|step| at + step) else { return };
            let to = from + bytes[from..].iter().take_while(|byte| digits(byte)).count();
            bytes.splice(from..to, NUMBERS[rng.below(NUMBERS.len())].bytes());
        }
    }
}

/// Damaged files of each reader: about a minute for all of them. fuzz/ runs longer, and by coverage.
const ROUNDS: u64 = 1_000_000;

/// One test, so that nothing else is counted.
#[test]
fn no_file_panics_a_reader_or_fills_the_memory() {
    for reader in readers() {
        for seed in &reader.seeds {
            let read = (reader.read)(seed);
            assert!(read || reader.name == "IDX", "{}: a valid file is not read", reader.name);
        }
        let (mut accepted, mut refused) = (0, 0);
        for round in 0..ROUNDS {
            let mut rng = Rng::new(0x5eed + round);
            let mut bytes = reader.seeds[rng.below(reader.seeds.len())].clone();
            for _ in 0..1 + rng.below(4) {
                mutate(&mut bytes, &mut rng);
            }
            if rng.below(40) == 0 {
                bytes = (0..rng.below(300)).map(|_| rng.word() as u8).collect();
            }
            let (taken, read) = most(|| (reader.read)(&bytes));
            *(if read { &mut accepted } else { &mut refused }) += 1;
            assert!(
                taken <= reader.multiple * bytes.len() + (2 << 20),
                "{} round {round}: {taken} bytes of memory for a file of {}",
                reader.name,
                bytes.len()
            );
        }
        assert!(refused > ROUNDS / 5, "{}: {accepted} of {ROUNDS} changed files are taken", reader.name);
    }
}
