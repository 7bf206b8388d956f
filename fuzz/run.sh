#!/usr/bin/env bash
# Fuzzes every reader: `fuzz/run.sh SECONDS [TARGET ...]`. Needs a nightly compiler and `cargo install cargo-fuzz`.
# A corpus starts from the files that the tests damage, and from those of ../shared/wild where that folder stands beside the repository.
# Prints for each target how many inputs it ran; a crash, a hang of ten seconds or too much memory ends it with the input's file named.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:?seconds for each target}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cd targets && printf '%s\n' *.rs | sed 's/\.rs$//')
mkdir -p artifacts
cargo +nightly run --quiet --example seeds corpus
wild=../../shared/wild
for target in "${targets[@]}"; do
    case $target in
        onnx) ends="onnx pb" ;;
        torch) ends="pt pth pkl ckpt bin" ;;
        keras) ends="h5 keras" ;;
        tensors) ends="safetensors npz zip" ;;
        npy) ends="npy" ;;
        *) ends="" ;;
    esac
    for end in $ends; do
        # Large files make every run slow and find no more.
        [ ! -d "$wild" ] || find "$wild" -name "*.$end" -size -64k -exec cp --backup=numbered -t "corpus/$target" {} +
    done
    # Without the address sanitizer: no reader has unsafe code, and what they do wrong are panics, hangs and memory. Three times as fast.
    nice cargo +nightly fuzz run --release --sanitizer none "$target" "corpus/$target" -- \
        -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -max_len=65536 -print_final_stats=1 -verbosity=0 \
        2> "artifacts/$target.log" || { tail -20 "artifacts/$target.log"; echo "$target: FAILED"; continue; }
    printf '%-14s %12s inputs\n' "$target" "$(sed -n 's/stat::number_of_executed_units: *//p' "artifacts/$target.log")"
done
