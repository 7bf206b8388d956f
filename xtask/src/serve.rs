//! A small server for dist/: files only, GET and HEAD, a thread per connection, one request each. Binds to this machine.

use crate::{
    page::POLICY,
    shell::{Outcome, say},
};
use flate2::{Compression, write::GzEncoder};
use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

/// How `cargo xtask serve` was asked to serve.
pub struct Options {
    /// 0 lets the system choose.
    pub port: u16,
    /// Where the site's root is, with a slash at both ends: `/`, or `/sub/path/` to see that the page can be moved.
    pub prefix: String,
    /// Build the page first.
    pub build: bool,
    /// Stop when standard input closes, so that a server started by a test cannot outlive it.
    pub until_stdin_closes: bool,
}

impl Options {
    /// Reads `--port N --prefix /PATH/ --no-build --until-stdin-closes`.
    pub fn parse(words: &[&str]) -> Outcome<Options> {
        let mut options = Options { port: 8080, prefix: "/".to_owned(), build: true, until_stdin_closes: false };
        let mut words = words.iter();
        while let Some(&word) = words.next() {
            match word {
                "--port" => {
                    let value = words.next().ok_or("--port needs a number")?;
                    options.port =
                        value.parse().map_err(|_| format!("--port needs a number up to 65535, not `{value}`"))?;
                }
                "--prefix" => {
                    let value = words.next().ok_or("--prefix needs a path such as /sub/path/")?;
                    if !value.starts_with('/') || !value.ends_with('/') {
                        return Err(format!("--prefix needs a slash at both ends, as in /sub/path/, not `{value}`"));
                    }
                    options.prefix = (*value).to_owned();
                }
                "--no-build" => options.build = false,
                "--until-stdin-closes" => options.until_stdin_closes = true,
                _ => {
                    return Err(format!(
                        "serve does not know `{word}`; it takes --port N, --prefix /PATH/ and --no-build"
                    ));
                }
            }
        }
        Ok(options)
    }
}

/// Serves `dist` until the process ends.
pub fn serve(dist: &Path, options: &Options) -> Outcome {
    let site = Arc::new(Site::new(dist, &options.prefix)?);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .map_err(|error| format!("cannot listen on port {}: {error}; choose another with --port N", options.port))?;
    let port = listener.local_addr().map_err(|error| error.to_string())?.port();
    say!("Boundscope is on http://127.0.0.1:{port}{}  (Ctrl+C stops it)", options.prefix);
    if options.until_stdin_closes {
        spawn(|| {
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            std::process::exit(0);
        })?;
    }
    for stream in listener.incoming() {
        let site = Arc::clone(&site);
        // A connection that breaks concerns nobody but its client, and a client can ask again where the system has no more
        // handles or threads for it: those come back when other connections end.
        let answered = stream.map_err(|error| error.to_string()).and_then(|stream| spawn(move || site.answer(&stream)));
        if answered.is_err() {
            thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(())
}

/// A thread of its own, unless the system has none to give.
pub fn spawn<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Outcome {
    thread::Builder::new().spawn(job).map(drop).map_err(|error| format!("cannot start a thread: {error}"))
}

struct Site {
    root: PathBuf,
    prefix: String,
}

/// What goes back for one request.
struct Reply {
    status: &'static str,
    kind: &'static str,
    location: Option<String>,
    body: Vec<u8>,
}

impl Reply {
    fn text(status: &'static str) -> Reply {
        Reply { status, kind: "text/plain; charset=utf-8", location: None, body: status.as_bytes().to_vec() }
    }
}

impl Site {
    fn new(dist: &Path, prefix: &str) -> Outcome<Site> {
        let root = dist
            .canonicalize()
            .map_err(|error| format!("no page in {}: {error}; build it with `cargo xtask dist`", dist.display()))?;
        Ok(Site { root, prefix: prefix.to_owned() })
    }

    fn answer(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.set_write_timeout(Some(Duration::from_secs(30)))?;
        // 16 kB hold any honest request line and headers.
        let mut lines = BufReader::new(stream.take(16 << 10)).lines();
        let Some(request) = lines.next().transpose()? else { return Ok(()) };
        let mut packs = false;
        for line in lines {
            let line = line?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            packs |= line.strip_prefix("accept-encoding:").is_some_and(|names| names.contains("gzip"));
        }
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut reply = match method {
            "GET" | "HEAD" => self.reply(target),
            _ => Reply::text("405 Method Not Allowed"),
        };
        let packed = packs && packs_well(reply.kind);
        if packed {
            let mut packer = GzEncoder::new(Vec::new(), Compression::default());
            packer.write_all(&reply.body)?;
            reply.body = packer.finish()?;
        }
        let mut head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nContent-Security-Policy: {POLICY}\r\n\
             X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCache-Control: {}\r\nVary: Accept-Encoding\r\nConnection: close\r\n",
            reply.status,
            reply.kind,
            reply.body.len(),
            if reply.status == "200 OK" && lasts(target) { "max-age=31536000, immutable" } else { "no-cache" },
        );
        if packed {
            head += "Content-Encoding: gzip\r\n";
        }
        if let Some(location) = reply.location {
            head += &format!("Location: {location}\r\n");
        }
        stream.write_all(head.as_bytes())?;
        stream.write_all(b"\r\n")?;
        if method == "GET" {
            stream.write_all(&reply.body)?;
        }
        stream.flush()
    }

    fn reply(&self, target: &str) -> Reply {
        let path = target.split(['?', '#']).next().unwrap_or_default();
        if self.prefix != "/" && self.prefix.strip_suffix('/') == Some(path) {
            return Reply { location: Some(self.prefix.clone()), ..Reply::text("301 Moved Permanently") };
        }
        let file = path.strip_prefix(&self.prefix).and_then(|path| self.file(path));
        match file.and_then(|file| Some((kind(&file), fs::read(&file).ok()?))) {
            Some((kind, body)) => Reply { status: "200 OK", kind, location: None, body },
            None => Reply::text("404 Not Found"),
        }
    }

    /// The file that a path below the prefix names: plain names only, and nothing outside the root, not through a link
    /// either.
    fn file(&self, path: &str) -> Option<PathBuf> {
        let path = percent_decode(path)?;
        let path = if path.is_empty() || path.ends_with('/') { path + "index.html" } else { path };
        let plain = |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', ':', '\0']);
        if !path.split('/').all(plain) {
            return None;
        }
        let file = self.root.join(path).canonicalize().ok()?;
        (file.starts_with(&self.root) && file.is_file()).then_some(file)
    }
}

/// Content types of what the page ships. The shards' .gz is content and not an encoding: the engine unpacks it.
fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "gz" => "application/gzip",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether what is behind an address never changes: its name carries the hash of a file, or the build's id.
fn lasts(target: &str) -> bool {
    let named = |part: &str| ["app-", "style-", "learn-", "exact-"].iter().any(|start| part.starts_with(start));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    query.starts_with("v=") || path.split('/').any(named)
}

/// Text and programs, as hosts pack them. What is packed already stays as it is.
fn packs_well(kind: &str) -> bool {
    kind.starts_with("text/") || ["application/wasm", "application/json", "image/svg+xml"].contains(&kind)
}

fn percent_decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                (digit()? * 16 + digit()?) as u8
            }
            _ => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(prefix: &str) -> Site {
        Site::new(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), prefix).expect("the sources are there")
    }

    #[test]
    fn serves_files_below_the_prefix_only() {
        assert_eq!(site("/").reply("/main.rs?v=1").status, "200 OK");
        assert_eq!(site("/sub/path/").reply("/sub/path/m%61in.rs").status, "200 OK");
        assert_eq!(site("/sub/path/").reply("/main.rs").status, "404 Not Found");
        assert_eq!(site("/sub/path/").reply("/sub/path").location.as_deref(), Some("/sub/path/"));
    }

    /// Each of these would read a file outside the root, or a hidden one, if names were not checked after decoding.
    #[test]
    fn never_leaves_the_root() {
        for path in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/..%2fCargo.toml",
            "/x/../../Cargo.toml",
            "//etc/passwd",
            "/%2Fetc/passwd",
            "/..\\Cargo.toml",
            "/.hidden",
            "/main.rs%00",
            "/main.rs/",
            "/%zz",
            "main.rs",
            "",
        ] {
            assert_eq!(site("/").reply(path).status, "404 Not Found", "{path}");
        }
    }

    #[test]
    fn names_content_types_that_browsers_insist_on() {
        assert_eq!(kind(Path::new("a/engine-worker_bg.wasm")), "application/wasm");
        assert_eq!(kind(Path::new("worker.js")), "text/javascript; charset=utf-8");
        assert_eq!(kind(Path::new("test-00.gz")), "application/gzip");
    }

    #[test]
    fn only_what_carries_a_hash_is_kept_without_asking() {
        for target in ["/app-0123456789ab/app.js", "/sub/style-0123456789ab.css", "/worker.js?v=0123456789ab"] {
            assert!(lasts(target), "{target}");
        }
        for target in ["/", "/index.html", "/sw.js", "/boot.js", "/assets/mnist/test-00.gz", "/fonts/inter.woff2"] {
            assert!(!lasts(target), "{target}");
        }
    }

    #[test]
    fn options_are_checked() {
        assert!(Options::parse(&["--port", "99999"]).is_err());
        assert!(Options::parse(&["--prefix", "sub"]).is_err());
        assert!(Options::parse(&["--bogus"]).is_err());
        assert!(Options::parse(&["--port", "0", "--prefix", "/a/", "--no-build"]).is_ok_and(|options| !options.build));
    }
}
