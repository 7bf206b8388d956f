//! Tools as their projects release them, so that nobody waits for them to compile. An archive is held against the SHA-256
//! written here before a byte of it is unpacked; where it does not match, cannot be had or does not run, the tool is compiled
//! from its registry source, whose checksums cargo knows.

use crate::{
    sha256,
    shell::{self, Outcome, ask, command, run, say, which},
};
use flate2::read::GzDecoder;
use std::{
    env, fs,
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
    process::{self, Command, Stdio},
    thread,
    time::Duration,
};

/// Where releases are: another host with the same paths can be named, since the hashes say what is right.
const HOST_VARIABLE: &str = "BOUNDSCOPE_RELEASES";
const HOST: &str = "https://github.com";

/// A command-line tool that the page is built with.
pub struct Tool {
    /// The program, which answers `--version` with its name and version.
    pub name: &'static str,
    /// The crate that it is compiled from.
    pub krate: &'static str,
    pub version: &'static str,
    builds: &'static [Build],
}

/// A released archive for one kind of machine.
struct Build {
    /// As `std::env::consts` names them.
    system: (&'static str, &'static str),
    path: &'static str,
    sha256: &'static str,
}

/// Of the version that Cargo.lock names (a test holds the two together). The Linux builds are static: they run beside any C library.
pub const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen",
    krate: "wasm-bindgen-cli",
    version: "0.2.129",
    builds: &[
        Build {
            system: ("linux", "x86_64"),
            path: "wasm-bindgen/wasm-bindgen/releases/download/0.2.129/wasm-bindgen-0.2.129-x86_64-unknown-linux-musl.tar.gz",
            sha256: "82d12bb940e2d4e72e0d5605387fc1b8ca179044e012b620f0ce4e7440e8320e",
        },
        Build {
            system: ("linux", "aarch64"),
            path: "wasm-bindgen/wasm-bindgen/releases/download/0.2.129/wasm-bindgen-0.2.129-aarch64-unknown-linux-musl.tar.gz",
            sha256: "2ed4351c35dd9440308bbb02767d47ea278efe851a52465300f3c94f5b6c2a87",
        },
        Build {
            system: ("macos", "x86_64"),
            path: "wasm-bindgen/wasm-bindgen/releases/download/0.2.129/wasm-bindgen-0.2.129-x86_64-apple-darwin.tar.gz",
            sha256: "7e028879a68ec53dae14048b55cc5215f6df75b17a9c1426fac8fa086d3202fd",
        },
        Build {
            system: ("macos", "aarch64"),
            path: "wasm-bindgen/wasm-bindgen/releases/download/0.2.129/wasm-bindgen-0.2.129-aarch64-apple-darwin.tar.gz",
            sha256: "81d4a23d56b3c3eb8187658329116d50e0b228a93b343825fb71f70179051cd1",
        },
    ],
};

/// Cargo's own folder of programs. Tools go there, are looked for there first, and stay there when target/ is cleaned.
pub fn programs() -> Outcome<PathBuf> {
    let home = env::home_dir().map(|home| home.join(".cargo"));
    let cargo = env::var_os("CARGO_HOME").map(PathBuf::from).or(home);
    Ok(cargo.ok_or("neither CARGO_HOME nor HOME says where cargo keeps its programs: set one")?.join("bin"))
}

/// Has a command find what `programs` holds before anything else of that name.
pub fn find_programs_first(command: &mut Command) -> Outcome {
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([programs()?].into_iter().chain(env::split_paths(&path)));
    command.env("PATH", path.map_err(|error| format!("cannot extend PATH: {error}"))?);
    Ok(())
}

/// Puts a tool into cargo's folder of programs: released, or through cargo-binstall where that is installed, or compiled. Says
/// in one line why a way was not taken.
pub fn install(root: &Path, tool: &Tool, about: &str, compile: impl FnOnce() -> Outcome) -> Outcome {
    let host = env::var(HOST_VARIABLE).unwrap_or_else(|_| HOST.to_owned());
    let system = (env::consts::OS, env::consts::ARCH);
    install_from(tool, &host, system, &programs()?, |why| {
        say!("{why}.");
        if which("cargo-binstall").is_some() {
            let quiet = ["binstall", "--no-confirm", "--force", "--disable-strategies", "compile", "--version"];
            let binstall = [&quiet[..], &[tool.version, tool.krate]].concat();
            if run(&mut command("cargo", &binstall, root)).is_ok() {
                return Ok(());
            }
            say!("cargo-binstall has no {} {} either.", tool.name, tool.version);
        }
        say!("Compiling {} {} instead: {about} on two cores.", tool.name, tool.version);
        compile()
    })
}

/// `otherwise` is told why the release was not taken.
fn install_from(
    tool: &Tool,
    host: &str,
    system: (&str, &str),
    into: &Path,
    otherwise: impl FnOnce(String) -> Outcome,
) -> Outcome {
    released(tool, host, system, into).or_else(otherwise)
}

fn released(tool: &Tool, host: &str, system: (&str, &str), into: &Path) -> Outcome {
    let build = tool.builds.iter().find(|build| build.system == system).ok_or_else(|| {
        format!("No release of {} {} is known for {} on {}", tool.name, tool.version, system.0, system.1)
    })?;
    let address = format!("{}/{}", host.trim_end_matches('/'), build.path);
    let archive = fetch(&address)?;
    let found = sha256::hex(&archive);
    if found != build.sha256 {
        return Err(format!(
            "REFUSED {address}: its SHA-256 is {found}, not {}. It was not unpacked; somebody may have changed it",
            build.sha256
        ));
    }
    let program = unpack(&archive, tool.name).ok_or_else(|| format!("{address} holds no program `{}`", tool.name))?;
    place(tool, &program, into)
}

/// Downloads with curl, which every current system has and which knows the machine's proxies and certificates.
fn fetch(address: &str) -> Outcome<Vec<u8>> {
    if which("curl").is_none() && which("curl.exe").is_none() {
        return Err("curl is missing, so nothing can be downloaded".to_owned());
    }
    let options = ["-fsSL", "--retry", "2", "--connect-timeout", "10", "--max-time", "240", address];
    let output = command("curl", &options, Path::new("."))
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("cannot start curl: {error}"))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().last().unwrap_or("curl failed").trim_start_matches("curl: ");
            Err(format!("{address} cannot be downloaded: {said}"))
        }
    }
}

/// The plain file called `name` in a gzipped tar archive, whatever folder it is in.
fn unpack(archive: &[u8], name: &str) -> Option<Vec<u8>> {
    const BLOCK: usize = 512;
    let mut tar = Vec::new();
    GzDecoder::new(archive).read_to_end(&mut tar).ok()?;
    let mut rest = tar.as_slice();
    while let Some((header, after)) = rest.split_at_checked(BLOCK) {
        let text = |from: usize, to: usize| {
            let field = header[from..to].split(|&byte| byte == 0).next().unwrap_or_default();
            String::from_utf8_lossy(field).into_owned()
        };
        let (path, kind) = (text(0, 100), header[156]);
        // Two empty blocks end an archive.
        if path.is_empty() {
            return None;
        }
        let size = usize::from_str_radix(text(124, 136).trim(), 8).ok()?;
        let content = after.get(..size)?;
        if matches!(kind, b'0' | 0) && path.rsplit('/').next() == Some(name) {
            return Some(content.to_vec());
        }
        rest = after.get(size.next_multiple_of(BLOCK)..)?;
    }
    None
}

/// Writes the program beside its place, asks it for its version, and only then lets it take the place.
fn place(tool: &Tool, program: &[u8], into: &Path) -> Outcome {
    let draft = into.join(format!(".{}-{}.part", tool.name, process::id()));
    let outcome = shell::write(&draft, program).and_then(|()| executable(&draft)).and_then(|()| {
        let wanted = format!("{} {}", tool.name, tool.version);
        match version(&draft) {
            Some(said) if said == wanted => Ok(()),
            Some(said) => Err(format!("the release of {wanted} says that it is `{said}`")),
            None => Err(format!("the release of {wanted} does not run on this machine")),
        }?;
        // Renamed, not written in place: a tool that runs just now goes on running.
        let target = into.join(format!("{}{}", tool.name, env::consts::EXE_SUFFIX));
        fs::rename(&draft, &target).map_err(|error| format!("cannot write {}: {error}", target.display()))
    });
    if outcome.is_err() {
        let _ = fs::remove_file(&draft);
    }
    outcome
}

/// What a program answers to `--version`. A file that was just written may still be busy while another thread starts a program.
fn version(program: &Path) -> Option<String> {
    for _ in 0..20 {
        match Command::new(program).arg("--version").stdin(Stdio::null()).output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(50)),
            _ => break,
        }
    }
    ask(program.to_str()?, &["--version"], Path::new("."))
}

#[cfg(unix)]
fn executable(file: &Path) -> Outcome {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
        .map_err(|error| format!("cannot make {} executable: {error}", file.display()))
}

#[cfg(not(unix))]
fn executable(_file: &Path) -> Outcome {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::{
        cell::RefCell,
        io::{BufRead, BufReader, Write},
        net::TcpListener,
    };

    const SYSTEM: (&str, &str) = ("some", "machine");
    const PROGRAM: &[u8] = b"#!/bin/sh\necho tool 1.2.3\n";

    /// A release of one tar archive with a folder and a program in it, served once on an address of this machine.
    fn serve(archive: Vec<u8>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let host = format!("http://{}", listener.local_addr().expect("its address"));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut lines =
                    BufReader::new(stream.try_clone().expect("a second handle")).lines().map_while(Result::ok);
                let request = lines.next().unwrap_or_default();
                lines.find(String::is_empty);
                let (status, body): (_, &[u8]) = match request.contains(" /some/path/tool.tar.gz ") {
                    true => ("200 OK", &archive),
                    false => ("404 Not Found", b""),
                };
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
            }
        });
        host
    }

    fn tar(entries: &[(&str, u8, &[u8])]) -> Vec<u8> {
        let mut tar = Vec::new();
        for (path, kind, content) in entries {
            let mut header = [0; 512];
            header[..path.len()].copy_from_slice(path.as_bytes());
            header[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
            header[156] = *kind;
            tar.extend(header);
            tar.extend(*content);
            tar.resize(tar.len().next_multiple_of(512), 0);
        }
        tar.resize(tar.len() + 1024, 0);
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&tar).expect("memory takes it");
        packer.finish().expect("memory takes it")
    }

    fn archive(program: &[u8]) -> Vec<u8> {
        tar(&[("tool-1.2.3/", b'5', b""), ("tool-1.2.3/README", b'0', &[7; 600]), ("tool-1.2.3/tool", b'0', program)])
    }

    fn tool(path: &'static str, sha256: String) -> Tool {
        let builds = Box::leak(Box::new([Build { system: SYSTEM, path, sha256: sha256.leak() }]));
        Tool { name: "tool", krate: "tool", version: "1.2.3", builds }
    }

    /// Installs into an empty folder: what was said where the release was not taken, and the files that are there then.
    fn try_install(case: &str, tool: &Tool, host: &str, system: (&str, &str)) -> (Option<String>, Vec<String>) {
        let into = env::temp_dir().join(format!("boundscope-prebuilt-{}-{case}", process::id()));
        let _ = fs::remove_dir_all(&into);
        fs::create_dir_all(&into).expect("a folder for the test");
        let said = RefCell::new(None);
        install_from(tool, host, system, &into, |why| {
            said.replace(Some(why));
            Ok(())
        })
        .expect("compiling is the way out");
        let names = fs::read_dir(&into).expect("the folder").flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        if said.borrow().is_none() {
            assert_eq!(fs::read(into.join("tool")).expect("the program"), PROGRAM);
            assert_eq!(version(&into.join("tool")).as_deref(), Some("tool 1.2.3"));
        }
        fs::remove_dir_all(&into).expect("its own folder");
        (said.into_inner(), names)
    }

    /// The right archive is taken; everything else is refused with its reason, leaves nothing behind, and has the tool compiled.
    #[test]
    fn takes_only_what_its_hash_says() {
        if which("curl").is_none() {
            say!("No curl here: downloads are not tested.");
            return;
        }
        let good = archive(PROGRAM);
        let hash = sha256::hex(&good);
        let host = serve(good);
        let right = tool("some/path/tool.tar.gz", hash.clone());
        assert_eq!(try_install("right", &right, &host, SYSTEM), (None, vec!["tool".to_owned()]));
        assert_eq!(try_install("slash", &right, &format!("{host}/"), SYSTEM).0, None);

        let refused = |case, tool: &Tool, host: &str, system, words: &[&str]| {
            let (said, files) = try_install(case, tool, host, system);
            let said = said.unwrap_or_else(|| panic!("{case} was taken"));
            assert!(words.iter().all(|word| said.contains(word)), "{case}: {said}");
            assert_eq!(files, Vec::<String>::new(), "{case} left something behind");
        };
        let wrong = "0".repeat(64);
        refused("wrong", &tool("some/path/tool.tar.gz", wrong.clone()), &host, SYSTEM, &["REFUSED", &hash, &wrong]);
        refused(
            "absent",
            &tool("some/path/other.tar.gz", hash.clone()),
            &host,
            SYSTEM,
            &["cannot be downloaded", "404"],
        );
        refused("no network", &right, "http://127.0.0.1:1", SYSTEM, &["cannot be downloaded"]);
        refused("other machine", &right, &host, ("plan9", "mips"), &["tool 1.2.3", "plan9", "mips"]);

        for (case, bytes, words) in [
            ("other version", archive(b"#!/bin/sh\necho tool 1.2.4\n"), "tool 1.2.4"),
            ("does not run", archive(b"\x7fELF and no more"), "does not run"),
            ("no program", tar(&[("tool-1.2.3/README", b'0', b"read me")]), "no program `tool`"),
            ("a link", tar(&[("tool", b'2', b"")]), "no program `tool`"),
            ("no archive", b"<html>Sign in first</html>".to_vec(), "no program `tool`"),
        ] {
            let tool = tool("some/path/tool.tar.gz", sha256::hex(&bytes));
            refused(case, &tool, &serve(bytes), SYSTEM, &[words]);
        }
    }

    /// Whatever a damaged archive says about itself, unpacking it does not panic.
    #[test]
    fn a_damaged_archive_is_no_archive() {
        let good = archive(PROGRAM);
        for length in 0..good.len() {
            assert_eq!(unpack(&good[..length], "tool"), None, "cut at {length}");
        }
        let mut tar = Vec::new();
        GzDecoder::new(good.as_slice()).read_to_end(&mut tar).expect("it was whole");
        for length in (0..tar.len()).step_by(100) {
            let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
            packer.write_all(&tar[..length]).expect("memory takes it");
            unpack(&packer.finish().expect("memory takes it"), "tool");
        }
    }

    #[test]
    fn the_releases_are_those_of_the_repository() {
        for build in WASM_BINDGEN.builds {
            let full = build.sha256.len() == 64 && build.sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(
                full && build.path.contains(WASM_BINDGEN.version) && build.path.contains(build.system.1),
                "{}",
                build.path
            );
        }
    }
}
