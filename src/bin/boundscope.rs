//! The command line.

fn main() -> std::process::ExitCode {
    boundscope::cli::run()
}
