#!/usr/bin/env bash
# Fuzzes every reader: `fuzz/run.sh SECONDS [TARGET ...]`, or `fuzz/run.sh 10000000x [TARGET ...]` for so many inputs each. Needs a nightly compiler and `cargo install cargo-fuzz`.
# A corpus starts from the files that the tests damage, and from those of ../shared/wild where that folder stands beside the repository.
# Prints for each target how many inputs it ran; a crash, a hang of ten seconds or too much memory ends it with the input's file named.
set -euo pipefail
cd "$(dirname "$0")"
case ${1:?seconds for each target, or inputs as 10000000x} in
    *x) limit=-runs=${1%x} ;;
    *) limit=-max_total_time=$1 ;;
esac
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
    # Text is as strange in two kilobytes as in sixty-four, and read thirty times as often; what holds weights needs room for some.
    case $target in
        architecture | idx | json_input | npy | plan | shard | vnnlib) length=2048 ;;
        *) length=65536 ;;
    esac
    # Without the address sanitizer: no reader has unsafe code, and what they do wrong are panics, hangs and memory. Three times as fast.
    nice cargo +nightly fuzz run --release --sanitizer none "$target" "corpus/$target" -- \
        "$limit" -timeout=10 -rss_limit_mb=4096 -max_len="$length" -print_final_stats=1 -verbosity=0 \
        2> "artifacts/$target.log" || { tail -20 "artifacts/$target.log"; echo "$target: FAILED"; continue; }
    printf '%-14s %12s inputs\n' "$target" "$(sed -n 's/stat::number_of_executed_units: *//p' "artifacts/$target.log")"
done
