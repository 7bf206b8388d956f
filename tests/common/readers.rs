//! Everything that reads a user's bytes, each with files that it takes: what tests/mutations.rs damages, and the fuzz targets start from.

#[cfg(feature = "readers")]
use super::keras::whole_model;
use super::random::Rng;
use super::runs::{plan, rows};
use boundscope::{
    formats::{
        self, FormatError, Kind, kind, mnist, read_images, read_json_model, read_json_numbers, read_labels, read_model,
        read_npy, read_shard, write_model, write_onnx,
    },
    network::{Conv2d, Flatten, Linear, Network, ParamRamp, Relu},
    train::{Architecture, Loss, Plan, Trainer},
};

/// Something that reads files, with files it reads.
pub struct Reader {
    pub name: &'static str,
    pub seeds: Vec<Vec<u8>>,
    /// Reads, checks what was read, and says whether it was.
    pub read: fn(&[u8]) -> bool,
    /// How many bytes it may hold for each of the file's: JSON values and a second copy of a network take their multiple; a gzip stream
    /// packs 1000 to one at most.
    pub multiple: usize,
}

/// For all but gzip.
const MULTIPLE: usize = 200;

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
        .map(|(name, seed)| Reader { name, seeds: vec![seed], read: any, multiple: MULTIPLE })
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

/// Two inputs, two neurons, two classes: what the certificates of the seeds are about.
#[cfg(feature = "certificates")]
fn claimed() -> &'static Network {
    static NETWORK: std::sync::OnceLock<Network> = std::sync::OnceLock::new();
    NETWORK.get_or_init(|| {
        let mut network = Network::new(&[2]).expect("a shape");
        let mut linear = |weight: [f32; 4], bias: [f32; 2]| {
            let layer =
                Linear { outputs: 2, inputs: 2, weight: weight.to_vec().into(), bias: Some(bias.to_vec().into()) };
            network.push(layer).expect("fits");
            network.push(Relu).map(drop)
        };
        linear([1.0, -0.5, 0.25, 1.0], [0.1, -0.2]).expect("fits");
        let last = Linear { outputs: 2, inputs: 2, weight: vec![1.0, 0.0, -1.0, 0.5].into(), bias: None };
        network.push(last).expect("fits");
        network
    })
}

/// A certificate that is accepted proves what it says; here only that the checker ends, and with a sentence.
#[cfg(feature = "certificates")]
fn certificate(bytes: &[u8]) -> bool {
    use boundscope::{certificate::check, pulse::Steady};
    match pollster::block_on(check(bytes, claimed(), &Steady, |_| {})) {
        Ok(_) => true,
        Err(rejected) => {
            assert_eq!(rejected.to_string().lines().count(), 1, "{rejected}");
            false
        }
    }
}

#[cfg(feature = "certificates")]
fn certificates() -> Vec<Vec<u8>> {
    use boundscope::{
        bounds::{Method, Norm, Prepared, Region, Strategy},
        certificate::{Origin, Proving, prove, write},
        pulse::Steady,
        tensor::Sound,
    };
    let prepared = Prepared::new(Sound, claimed());
    let of = |(method, norm)| {
        let region = Region { norm, epsilon: 0.03125, clip: None };
        let question = Proving { image: &[0.75, 0.25], label: 0, region, method, strategy: Strategy::Tight };
        let origin = Origin::default();
        let made = prove(&prepared, claimed(), &origin, &question, &Steady);
        let made = pollster::block_on(made).expect("the question is valid").expect("it is proved");
        write(&made).expect("it can be written").into_bytes()
    };
    [(Method::Ibp, Norm::Inf), (Method::Crown, Norm::Two), (Method::CrownLbp, Norm::One)].map(of).into()
}

/// All of them.
pub fn readers() -> Vec<Reader> {
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
        Reader { name: "model", seeds: vec![model.clone()], read: |bytes| sane(read_model(bytes)), multiple: MULTIPLE },
        Reader {
            name: "folder",
            seeds: vec![[description.as_bytes(), &[0], &model].concat()],
            read: folder,
            multiple: MULTIPLE,
        },
        Reader {
            name: "npy",
            seeds: vec![
                numpy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", &[1; 48]),
                numpy("{'descr':'>i2','fortran_order':True,'shape':(3,1,2)}", &[1; 12]),
            ],
            read: |bytes| array(read_npy(bytes)),
            multiple: MULTIPLE,
        },
        Reader {
            name: "JSON input",
            seeds: vec![b"[[[1, 2.5], [-3e2, 4]], [[0, 0], [1, 1]]]".to_vec(), b"\xef\xbb\xbf[0.5, 1]".to_vec()],
            read: |bytes| array(read_json_numbers(bytes)),
            multiple: MULTIPLE,
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
            multiple: MULTIPLE,
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
            multiple: MULTIPLE,
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
            multiple: MULTIPLE,
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
            multiple: MULTIPLE,
        },
        Reader {
            name: "plan",
            seeds: vec![plan],
            read: |bytes| formats::read_json::<Plan>("plan", bytes).is_ok_and(|plan| plan.check().is_ok()),
            multiple: MULTIPLE,
        },
        #[cfg(feature = "certificates")]
        Reader { name: "certificate", seeds: certificates(), read: certificate, multiple: MULTIPLE },
        #[cfg(feature = "readers")]
        Reader { name: "VNN-LIB", seeds: questions(), read: question, multiple: MULTIPLE },
        Reader {
            name: "kind",
            seeds: vec![model.clone()],
            read: |bytes| kind(bytes) == Kind::Network,
            multiple: MULTIPLE,
        },
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
        multiple: 2000,
    });
    readers
}
