//! Certificates of networks that other programs wrote, where the folder beside the repository has them: of every format, norm and method, accepted by
//! both checkers. A sample; all of them with `BOUNDSCOPE_WILD=all`.
#![cfg(feature = "cli")]

use crate::common;

use boundscope::{
    bounds::{Method, Norm, Prepared, Region, Strategy},
    certificate::{Origin, Proving, check, prove, write},
    formats::write_model,
    pulse::Steady,
    tensor::Sound,
};
use common::{
    program::Folder,
    wild::{classifiers, everything},
};
use std::{collections::BTreeMap, fs, process::Command};

/// Beyond so many values, walks back from every neuron take too long for a test.
const WALKED: usize = 800;
/// Beyond so many, everything does.
const MOST: usize = 6000;

#[test]
fn networks_from_the_wild_have_certificates() {
    let Some(all) = classifiers() else {
        println!("the collection is not there: nothing was tried");
        return;
    };
    let every = everything();
    let folder = Folder::new();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/check_certificate.py");
    let (mut accepted, mut by_python) = (0, 0);
    let mut kinds: [BTreeMap<String, u32>; 4] = Default::default();
    let methods = Method::NAMED.into_iter().chain([Method::RelaxedCrown(2)]);
    for (place, found) in all.iter().enumerate() {
        let (network, size) = (&found.network, found.size());
        if size > MOST {
            continue;
        }
        let sound = Prepared::new(Sound, network);
        for (which, method) in methods.clone().enumerate() {
            let walks = !matches!(method, Method::Ibp | Method::CrownIbp);
            // Three methods of six for each network of a sample.
            if (walks && size > WALKED) || (!every && (place + which) % 2 == 1) {
                continue;
            }
            let image = &found.images[(place + which) % found.images.len()];
            let Some(label) = found.class(image) else { continue };
            let norm = Norm::ALL[(place + which) % 3];
            let strategy = Strategy::ALL[(place / 3 + which) % 3];
            let certificate = [0.05, 0.005, 5e-4, 5e-6].into_iter().find_map(|epsilon| {
                let region = Region { norm, epsilon, clip: None };
                let question = Proving { image, label, region, method, strategy };
                pollster::block_on(prove(&sound, network, &Origin::default(), &question, &Steady)).expect("it fits")
            });
            let Some(certificate) = certificate else { continue };
            let text = write(&certificate).expect("finite numbers");
            let verdict = pollster::block_on(check(text.as_bytes(), network, &Steady, |_| {}));
            assert!(verdict.is_ok(), "{} {method} {norm:?} {strategy:?}: {verdict:?}", found.file);
            accepted += 1;
            let words = [found.format.clone(), method.to_string(), format!("{norm:?}"), format!("{strategy:?}")];
            if (size > WALKED || accepted % 5 != 0) && !(every && size <= 2 * WALKED) {
                continue;
            }
            let (path, model) = (folder.at("certificate.json"), folder.at("model.safetensors"));
            fs::write(&path, &text).expect("written");
            fs::write(&model, write_model(network).expect("it has a file")).expect("written");
            let Ok(out) = Command::new("python3").args([script, &path, &model]).output() else { continue };
            let told = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success(), "{} {method} {norm:?} {strategy:?}: {told}", found.file);
            by_python += 1;
            for (kinds, word) in kinds.iter_mut().zip(words) {
                *kinds.entry(word).or_insert(0) += 1;
            }
        }
    }
    println!("{accepted} certificates accepted, {by_python} of them by Python too: {kinds:?}");
    assert!(accepted >= if every { 500 } else { 100 } && (!every || by_python >= 500 || by_python == 0));
}
