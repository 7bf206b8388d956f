//! Every golden case: methods, lines, norms and clipping against the independent oracle's numbers.

use crate::common;

use boundscope::{activation::Real, tensor::Cpu};

fn compare<T: Real>(name: &str, tolerance: f64) {
    common::golden::compare(&Cpu::<T>::new(), T::NAME, name, tolerance, 1);
}

macro_rules! cases {
    ($($test:ident: $name:literal,)*) => {
        $(mod $test {
            #[test]
            fn f64() {
                super::compare::<f64>($name, 1e-9);
            }
            #[test]
            fn f32() {
                super::compare::<f32>($name, 1e-4);
            }
        })*
        /// A case added to the folder but not here would go unread.
        #[test]
        fn every_case_is_named() {
            let mut found: Vec<String> = std::fs::read_dir(common::golden_folder(""))
                .expect("the folder of cases")
                .map(|entry| entry.expect("a readable entry"))
                .filter(|entry| entry.path().is_dir())
                .map(|entry| entry.file_name().into_string().expect("plain names"))
                .collect();
            found.sort();
            let mut named = vec![$($name),*];
            named.sort_unstable();
            assert_eq!(found, named);
        }
    };
}

cases! {
    tiny_relu: "tiny-relu",
    tiny_leaky: "tiny-leaky",
    tiny_ramp: "tiny-ramp",
    tiny_ramp_eta: "tiny-ramp-eta",
    tiny_conv: "tiny-conv",
    toy2d: "toy2d",
    mnist_mlp_ibp: "mnist-mlp-ibp",
    mnist_mlp_normal: "mnist-mlp-normal",
    mnist_cnn_ibp_ramp: "mnist-cnn-ibp-ramp",
    mnist_cnn_normal: "mnist-cnn-normal",
}
