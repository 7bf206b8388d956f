#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| boundscope_fuzz::run("JSON input", bytes));
