//! What a user's file may do: any bytes at all, and valid files with bytes changed, end in a value or in a typed error; never in a
//! panic, and never in more memory than a multiple of the file.

mod common;

use boundscope::{
    formats::{
        self, FormatError, Kind, kind, mnist, read_images, read_json_model, read_json_numbers, read_labels, read_model,
        read_npy, read_shard, write_model, write_onnx,
    },
    network::{Conv2d, Flatten, Linear, Network, ParamRamp, Relu},
    train::{Architecture, Loss, Plan, Trainer},
};
#[cfg(feature = "readers")]
use common::keras::whole_model;
use common::{
    random::Rng,
    runs::{plan, rows},
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

/// Counts the bytes that are held, and the most that ever were.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator with the same arguments; counting changes nothing about them.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        MOST.fetch_max(HELD.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: the caller keeps to `alloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps to `dealloc`'s contract, and `at` came from the system's allocator.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Something that reads files, with files it reads.
struct Reader {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    /// Reads, checks what was read, and says whether it was.
    read: fn(&[u8]) -> bool,
}

fn network() -> Network {
    let mut rng = Rng::new(1);
    let mut many = |count: usize| (0..count).map(|_| rng.between(-1.0, 1.0)).collect::<Vec<f32>>();
    let mut network = Network::new(&[2, 4, 4]).expect("a shape");
    let conv = Conv2d {
        outputs: 2,
        inputs: 2,
        kernel: [3, 3],
        stride: [2, 1],
        padding: [1, 1],
        groups: 1,
        weight: many(36).into(),
        bias: Some(many(2).into()),
    };
    network.push(conv).expect("fits");
    network.push(Relu).expect("fits");
    network.push(Flatten).expect("fits");
    let width = network.nodes()[network.output()].width();
    network.push(ParamRamp { slope: 0.1, bend: vec![0.5; width].into(), shape: vec![width] }).expect("fits");
    network.push(Linear { outputs: 3, inputs: width, weight: many(3 * width).into(), bias: None }).expect("fits");
    network
}

/// A network that was read holds what it promises.
fn sane(read: Result<Network, FormatError>) -> bool {
    let Ok(network) = read else { return false };
    let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
    for node in network.nodes() {
        assert!(node.width() > 0);
        for tensor in node.operator.iter().flat_map(|operator| operator.tensors()) {
            assert!(finite(tensor.values) && tensor.values.len() == tensor.shape.iter().product::<usize>());
        }
    }
    let again = read_model(&write_model(&network).expect("can be written")).expect("can be read");
    assert_eq!(again.hash(), network.hash());
    true
}

fn array(read: Result<formats::Array, FormatError>) -> bool {
    read.is_ok_and(|array| {
        assert_eq!(array.values.len(), array.shape.iter().product::<usize>());
        true
    })
}

/// net.json and its tensors in one: the description, a zero byte, the tensors.
fn folder(bytes: &[u8]) -> bool {
    let at = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    sane(read_json_model(&bytes[..at], bytes.get(at + 1..).unwrap_or_default()))
}

/// Files of other programs: what is asked about counts as taken.
#[cfg(feature = "readers")]
fn others() -> Vec<Reader> {
    use boundscope::formats::{Alone, Answer, Choice, read_file};
    fn any(bytes: &[u8]) -> bool {
        match read_file(bytes, &Alone, &Choice::default()) {
            Ok(Answer::Network(reading)) => sane(Ok(reading.network)),
            Ok(Answer::Asks(asks)) => !asks.needs.is_empty() && asks.guess.is_object(),
            Err(error) => {
                assert_eq!(error.to_string().lines().count(), 1, "{error}");
                false
            }
        }
    }
    let onnx = write_onnx(&network()).expect("can be written");
    // A state dict as torch.save wrote it before its archives: five pickles, then one storage after its length.
    let text = |text: &str| [&b"X"[..], &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
    let storage =
        [&b"("[..], &text("storage"), b"ctorch\nFloatStorage\n", &text("7"), &text("cpu"), b"K\x06tQ"].concat();
    let tensor =
        [&b"ctorch._utils\n_rebuild_tensor_v2\n("[..], &storage, b"K\0K\x02K\x03\x86K\x03K\x01\x86\x89}tR"].concat();
    let state = [&b"\x80\x02}"[..], &text("0.weight"), &tensor, b"s."].concat();
    let magic = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec();
    let keys = [&b"\x80\x02]"[..], &text("7"), b"a."].concat();
    let data = [&6u64.to_le_bytes()[..], &[0; 24]].concat();
    let torch = [&magic[..], b"\x80\x02M\xe9\x03.", b"\x80\x02}.", &state, &keys, &data].concat();
    let header = br#"{"fc.weight":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]}}"#;
    let tensors = [&(header.len() as u64).to_le_bytes()[..], header, &[0; 12]].concat();
    let config = serde_json::json!({ "class_name": "Sequential", "config": { "layers": [
        { "class_name": "InputLayer", "config": { "batch_shape": [null, 2, 2, 1] } },
        { "class_name": "Conv2D", "config": { "name": "c", "filters": 2, "kernel_size": [2, 1], "activation": "relu" } },
        { "class_name": "Flatten", "config": {} },
        { "class_name": "Dense", "config": { "name": "d", "units": 2 } }
    ] } });
    let keras = whole_model(
        &config,
        &[
            ("c", &[("kernel", &[2, 1, 1, 2], &[1.0, 2.0, -1.0, 0.5]), ("bias", &[2], &[0.0, 1.0])]),
            ("d", &[("kernel", &[4, 2], &[0.25; 8]), ("bias", &[2], &[0.0, 1.0])]),
        ],
    );
    [("ONNX", onnx), ("PyTorch", torch), ("tensors", tensors), ("Keras", keras)]
        .map(|(name, seed)| Reader { name, seeds: vec![seed], read: any })
        .into()
}

/// A question that was read holds what it promises, and can be told in words.
#[cfg(feature = "readers")]
fn question(bytes: &[u8]) -> bool {
    use boundscope::formats::vnnlib::{in_words, read_query};
    match read_query(bytes) {
        Ok(query) => {
            for part in &query.parts {
                assert!(part.lower.len() == query.inputs && part.upper.len() == query.inputs);
                assert!(part.lower.iter().zip(&part.upper).all(|(low, high)| low <= high && (high - low) >= 0.0));
                let rows = part.clauses.iter().flatten();
                for row in rows {
                    assert!(row.weights.iter().all(|&(output, weight)| output < query.outputs && weight != 0.0));
                    assert!(row.surely <= row.limit && row.limit.is_finite());
                }
            }
            // Long only where the question is.
            query.parts.len() > 1000 || !in_words(&query).is_empty()
        }
        Err(error) => {
            assert_eq!(error.to_string().lines().count(), 1, "{error}");
            false
        }
    }
}

#[cfg(feature = "readers")]
fn questions() -> Vec<Vec<u8>> {
    let first = "; two inputs\n(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)\n\
        (assert (and (<= X_0 0.5) (>= X_0 -0.5))) (assert (<= X_1 1e-3)) (assert (>= X_1 -0.12345678901234567890))\n\
        (assert (or (and (<= Y_0 (* 0.1 Y_1)) (>= (+ Y_0 Y_1) 2)) (< Y_1 -3.5)))";
    let second = "(vnnlib-version <2.0>)\n(declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 [1,2]))\n\
        (assert (or (and (<= X[0,0] 1) (>= X[0,0] 0) (== X[0,1] 0.5) (<= Y[0,0] Y[0,1]))\n\
        (and (<= X[0,0] 3) (>= X[0,0] 2) (<= X[0,1] 1) (>= X[0,1] 0) (>= Y[0,0] 10))))";
    vec![first.into(), second.into()]
}

fn readers() -> Vec<Reader> {
    let model = write_model(&network()).expect("can be written");
    let description = {
        let end = 8 + u64::from_le_bytes(model[..8].try_into().expect("eight bytes")) as usize;
        let header: serde_json::Value = serde_json::from_slice(&model[8..end]).expect("JSON");
        header["__metadata__"]["boundscope"].as_str().expect("a description").to_owned()
    };
    let numpy = |header: &str, data: &[u8]| {
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), data].concat()
    };
    let idx = |axes: &[u32], data: &[u8]| {
        let sizes: Vec<u8> = axes.iter().flat_map(|size| size.to_be_bytes()).collect();
        [&[0, 0, 8, axes.len() as u8], &sizes[..], data].concat()
    };
    let (images, labels) = (idx(&[3, 28, 28], &[9; 3 * 784]), idx(&[3], &[1, 2, 3]));
    let data = rows(40);
    let checkpoint = |activation: &str| {
        let mut trainer = Trainer::new(plan(Loss::Ibp, activation), &data.shape, 3).expect("a plan");
        pollster::block_on(trainer.step(&data, &boundscope::pulse::Steady)).expect("a step");
        trainer.checkpoint().expect("a file")
    };
    let plan = serde_json::to_vec(&plan(Loss::CrownIbp, "ramp:0.05-0")).expect("JSON");
    let blocks = br#"[{"op":"conv2d","outputs":4,"kernel":[3,3],"stride":[2,2]},{"op":"activation"},{"op":"flatten"}]"#;
    let mut readers = vec![
        Reader { name: "model", seeds: vec![model.clone()], read: |bytes| sane(read_model(bytes)) },
        Reader { name: "folder", seeds: vec![[description.as_bytes(), &[0], &model].concat()], read: folder },
        Reader {
            name: "npy",
            seeds: vec![
                numpy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", &[1; 48]),
                numpy("{'descr':'>i2','fortran_order':True,'shape':(3,1,2)}", &[1; 12]),
            ],
            read: |bytes| array(read_npy(bytes)),
        },
        Reader {
            name: "JSON input",
            seeds: vec![b"[[[1, 2.5], [-3e2, 4]], [[0, 0], [1, 1]]]".to_vec(), b"\xef\xbb\xbf[0.5, 1]".to_vec()],
            read: |bytes| array(read_json_numbers(bytes)),
        },
        Reader {
            name: "IDX",
            seeds: vec![images.clone(), labels.clone()],
            read: |bytes| {
                let _ = read_labels(bytes);
                read_images(bytes).is_ok_and(|images| {
                    assert_eq!(images.pixels.len(), images.len() * images.height * images.width);
                    true
                })
            },
        },
        Reader {
            name: "shard",
            seeds: vec![[&images[..], &labels].concat()],
            read: |bytes| {
                let _ = mnist::Set::Test
                    .read(0, bytes, &(1..3))
                    .map(|(images, labels)| assert_eq!(images.len(), labels.len()));
                read_shard(bytes).is_ok_and(|(images, labels)| {
                    assert_eq!(images.len(), labels.len());
                    true
                })
            },
        },
        Reader {
            name: "checkpoint",
            seeds: vec![checkpoint("relu"), checkpoint("ramp:0.05-0")],
            read: |bytes| {
                Trainer::resume(bytes).is_ok_and(|trainer| {
                    let _ = trainer.network().map(|network| assert!(network.classes() >= 2));
                    true
                })
            },
        },
        Reader {
            name: "architecture",
            seeds: vec![blocks.to_vec(), b"mlp:64-32".to_vec()],
            read: |bytes| {
                let word = String::from_utf8_lossy(bytes);
                word.parse::<Architecture>().is_ok_and(|it| {
                    assert_eq!(it.to_string().parse(), Ok(it));
                    true
                })
            },
        },
        Reader {
            name: "plan",
            seeds: vec![plan],
            read: |bytes| formats::read_json::<Plan>("plan", bytes).is_ok_and(|plan| plan.check().is_ok()),
        },
        #[cfg(feature = "readers")]
        Reader { name: "VNN-LIB", seeds: questions(), read: question },
        Reader { name: "kind", seeds: vec![model.clone()], read: |bytes| kind(bytes) == Kind::Network },
    ];
    #[cfg(feature = "readers")]
    readers.extend(others());
    #[cfg(feature = "gzip")]
    readers.push(Reader {
        name: "gzip",
        seeds: vec![formats::gzip(&model), [formats::gzip(&model[..200]), formats::gzip(&model[200..])].concat()],
        read: |bytes| {
            kind(bytes);
            sane(read_model(bytes))
        },
    });
    readers
}

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

/// One test, so that nothing else is counted.
#[test]
fn no_file_panics_a_reader_or_fills_the_memory() {
    for reader in readers() {
        for seed in &reader.seeds {
            let read = (reader.read)(seed);
            assert!(read || reader.name == "IDX", "{}: a valid file is not read", reader.name);
        }
        let (mut accepted, mut refused) = (0, 0);
        for round in 0..1500 {
            let mut rng = Rng::new(0x5eed + round);
            let mut bytes = reader.seeds[rng.below(reader.seeds.len())].clone();
            for _ in 0..1 + rng.below(4) {
                mutate(&mut bytes, &mut rng);
            }
            if rng.below(40) == 0 {
                bytes = (0..rng.below(300)).map(|_| rng.word() as u8).collect();
            }
            let before = HELD.load(Relaxed);
            MOST.store(before, Relaxed);
            if (reader.read)(&bytes) {
                accepted += 1
            } else {
                refused += 1
            }
            let taken = MOST.load(Relaxed).saturating_sub(before);
            // JSON values and a second copy of a network take their multiple; a gzip stream packs 1000 to one at most.
            let multiple = if reader.name == "gzip" { 2000 } else { 200 };
            assert!(
                taken <= multiple * bytes.len() + (2 << 20),
                "{} round {round}: {taken} bytes of memory for a file of {}",
                reader.name,
                bytes.len()
            );
        }
        assert!(refused > 300, "{}: {accepted} of 1500 changed files are taken", reader.name);
    }
}
