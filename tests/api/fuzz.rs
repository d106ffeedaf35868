//! The fuzz targets on their samples and on changes of them: what a fuzzer does for hours, for seconds
//! and always the same.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Changes of each sample.
const CHANGES: usize = 300;

type Target = fn(&[u8]) -> bool;

const TARGETS: [(&str, Target); 7] = [
    ("docbook", targets::docbook),
    ("crossref", targets::crossref),
    ("checklist", targets::checklist),
    ("oscal", targets::oscal),
    ("facts", targets::facts),
    ("detect", targets::detect),
    ("programme_file", targets::programme_file),
];

/// Samples of a target by their names.
fn samples(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let files = std::fs::read_dir(folder.join(target)).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let mut samples: Vec<(String, Vec<u8>)> = paths
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    samples.sort();
    samples
}

/// xorshift64: chance that is the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    /// Two places, the first before the second and not far from it.
    fn span(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length);
        (from, (from + 1 + self.below(64)).min(length))
    }

    /// Changes a file a little, at times together with another one.
    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        let (from, to) = self.span(bytes.len());
        match self.below(7) {
            _ if bytes.is_empty() => bytes.extend_from_slice(other),
            0 => bytes[from] ^= 1 << self.below(8),
            1 => bytes[from] = b"\0\n \"#&'-./09:<=>AXx[]_{}\xC3\xFF"[self.below(26)],
            2 => bytes.truncate(from),
            3 => drop(bytes.drain(from..to)),
            4 => {
                let again = bytes[from..to].to_vec();
                bytes.splice(from..from, again);
            }
            5 => {
                let (start, end) = self.span(other.len());
                bytes.splice(from..to, other[start..end].iter().copied());
            }
            _ => {
                bytes.truncate(from);
                bytes.extend_from_slice(&other[self.below(other.len())..]);
            }
        }
    }
}

/// Runs a target; where it panics, says on what.
fn run(name: &str, sample: &str, target: Target, bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| target(bytes))).unwrap_or_else(|_| {
        let shown = String::from_utf8_lossy(bytes);
        panic!("{name}, {sample}: {shown:?}")
    })
}

#[test]
fn samples_are_accepted_or_refused_as_their_names_say() {
    for (name, target) in TARGETS {
        let samples = samples(name);
        assert!(samples.len() > 1, "samples of {name}");
        for (sample, bytes) in samples {
            let accepted = run(name, &sample, target, &bytes);
            match sample.split('-').next() {
                Some("good") => assert!(accepted, "{name}: {sample}"),
                Some("bad") => assert!(!accepted, "{name}: {sample}"),
                _ => {} // found by a fuzzer on this machine
            }
        }
    }
}

#[test]
fn changed_samples_are_read_or_refused() {
    for (name, target) in TARGETS {
        let mut chance = Chance(0x1402);
        let samples = samples(name);
        for (sample, bytes) in &samples {
            for _ in 0..CHANGES {
                let mut changed = bytes.clone();
                for _ in 0..=chance.below(3) {
                    let (_, other) = &samples[chance.below(samples.len())];
                    chance.change(&mut changed, other);
                }
                run(name, sample, target, &changed);
            }
        }
    }
}
