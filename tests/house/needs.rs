//! Which file of `src/` needs which, read off the `use` lines and the paths in the code.
//!
//! A file needs another where it names something that is defined there. A re-export (`pub use`) is an address, not a need: names
//! are followed through it to where they are defined. `#[cfg(test)]` code does not count.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};
use syn::visit::Visit;

/// A path inside the crate, from its root: `["app", "charts", "svg"]`.
type Names = Vec<String>;

/// One source file, as far as needs are concerned.
#[derive(Default)]
struct Source {
    /// Names it defines.
    defines: BTreeSet<String>,
    /// Names it re-exports, and from where.
    exports: BTreeMap<String, Names>,
    /// Modules of which it re-exports everything.
    globs: Vec<Names>,
    /// Names it imports, and from where.
    imports: BTreeMap<String, Names>,
    /// Paths into this crate that its code names.
    names: BTreeSet<Names>,
    /// First words of paths into other crates.
    crates: BTreeSet<String>,
}

/// The files of a crate and what each needs.
pub struct House {
    /// By file, from `src/`: the files it needs.
    pub needs: BTreeMap<String, BTreeSet<String>>,
    /// By file: other crates that it names.
    pub crates: BTreeMap<String, BTreeSet<String>>,
}

impl House {
    /// Reads every `.rs` file below `src`, but for `bin/`.
    pub fn read(src: &Path) -> House {
        let mut files = Vec::new();
        list(src, &mut files);
        let mut sources = BTreeMap::new();
        let mut named = BTreeMap::new();
        for file in files {
            let name = file.strip_prefix(src).expect("a file below src").to_str().expect("a plain name").to_owned();
            if name.starts_with("bin/") {
                continue;
            }
            let module = module_of(&name);
            let text = fs::read_to_string(&file).expect("a readable file");
            let tree = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut reader = Reader { found: Source::default() };
            reader.visit_file(&tree);
            sources.insert(module.clone(), reader.found);
            named.insert(module, name);
        }
        let modules: BTreeSet<Names> = sources.keys().cloned().collect();
        let mut house = House { needs: BTreeMap::new(), crates: BTreeMap::new() };
        for (module, source) in &sources {
            let mut needs = BTreeSet::new();
            for path in &source.names {
                let path = absolute(path, module, source, &modules);
                let found = path.and_then(|path| defined(&path, &sources, 0));
                if let Some(found) = found.filter(|found| found != module) {
                    needs.insert(named[&found].clone());
                }
            }
            house.needs.insert(named[module].clone(), needs);
            house.crates.insert(named[module].clone(), source.crates.clone());
        }
        house
    }

    /// Groups of files that need each other, directly or through others.
    pub fn circles(&self) -> Vec<Vec<String>> {
        circles(&self.needs)
    }

    /// The same between rooms: folders and files directly in `src/`.
    pub fn rooms(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut rooms: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (file, needs) in &self.needs {
            let entry = rooms.entry(room(file)).or_default();
            entry.extend(needs.iter().map(|need| room(need)).filter(|need| *need != room(file)));
        }
        rooms
    }
}

/// The room of a file: the folder in `src/`, or the file's own name.
fn room(file: &str) -> String {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs").to_owned()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            list(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

fn module_of(file: &str) -> Names {
    let mut names: Names = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib")) {
        names.pop();
    }
    names
}

/// A path as the code writes it, from the crate's root; `None` where it leads into another crate.
fn absolute(path: &[String], module: &Names, source: &Source, modules: &BTreeSet<Names>) -> Option<Names> {
    let mut at = module.clone();
    let mut rest = path;
    match path.first()?.as_str() {
        "crate" => (at, rest) = (Names::new(), &path[1..]),
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|word| word == "super") {
                at.pop();
                rest = &rest[1..];
            }
        }
        word => {
            let child: Names = module.iter().cloned().chain([word.to_owned()]).collect();
            if !modules.contains(&child) {
                // Imported under this name?
                let target =
                    source.imports.get(word).filter(|target| target.first().is_some_and(|first| first != word))?;
                let target = absolute(target, module, source, modules)?;
                return Some(target.into_iter().chain(path[1..].iter().cloned()).collect());
            }
        }
    }
    at.extend(rest.iter().cloned());
    Some(at)
}

/// The module in which what a path names is defined.
fn defined(path: &[String], sources: &BTreeMap<Names, Source>, depth: usize) -> Option<Names> {
    let length = (0..=path.len()).rev().find(|&length| sources.contains_key(&path[..length]))?;
    let module = path[..length].to_vec();
    let source = &sources[&module];
    let Some(name) = path.get(length) else { return Some(module) };
    if depth > 8 || source.defines.contains(name) {
        return Some(module);
    }
    let modules: BTreeSet<Names> = sources.keys().cloned().collect();
    let follow = |target: &Names, rest: &[String]| {
        let target = absolute(target, &module, source, &modules)?;
        let whole: Names = target.into_iter().chain(rest.iter().cloned()).collect();
        defined(&whole, sources, depth + 1)
    };
    if let Some(target) = source.exports.get(name) {
        return follow(target, &path[length + 1..]).or(Some(module));
    }
    for glob in &source.globs {
        let target = absolute(glob, &module, source, &modules);
        if let Some(target) = target.filter(|target| exports(target, name, sources, 0)) {
            let whole: Names = target.into_iter().chain(path[length..].iter().cloned()).collect();
            return defined(&whole, sources, depth + 1);
        }
    }
    Some(module)
}

fn exports(module: &Names, name: &str, sources: &BTreeMap<Names, Source>, depth: usize) -> bool {
    let Some(source) = sources.get(module) else { return false };
    let modules: BTreeSet<Names> = sources.keys().cloned().collect();
    source.defines.contains(name)
        || source.exports.contains_key(name)
        || (depth < 4
            && source.globs.iter().any(|glob| {
                absolute(glob, module, source, &modules).is_some_and(|glob| exports(&glob, name, sources, depth + 1))
            }))
}

struct Reader {
    found: Source,
}

impl Reader {
    fn import(&mut self, tree: &syn::UseTree, before: &mut Names, public: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.import(&path.tree, before, public);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.import(item, before, public)),
            syn::UseTree::Glob(_) if public => self.found.globs.push(before.clone()),
            syn::UseTree::Glob(_) => self.name(before.clone()),
            syn::UseTree::Name(name) => self.leaf(&name.ident.to_string(), &name.ident.to_string(), before, public),
            syn::UseTree::Rename(name) => self.leaf(&name.ident.to_string(), &name.rename.to_string(), before, public),
        }
    }

    fn leaf(&mut self, name: &str, known_as: &str, before: &Names, public: bool) {
        let mut path = before.clone();
        let known_as = if name == "self" {
            before.last().cloned().unwrap_or_default()
        } else {
            path.push(name.to_owned());
            known_as.to_owned()
        };
        if public {
            self.found.exports.insert(known_as, path);
        } else {
            self.found.imports.insert(known_as, path.clone());
            self.name(path);
        }
    }

    fn name(&mut self, path: Names) {
        if let Some(first) = path.first().filter(|first| path.len() > 1 || !first.starts_with(char::is_uppercase)) {
            self.found.crates.insert(first.clone());
        }
        self.found.names.insert(path);
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        use syn::Item::*;
        let (attributes, ident) = match item {
            Const(item) => (&item.attrs, Some(&item.ident)),
            Enum(item) => (&item.attrs, Some(&item.ident)),
            Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Struct(item) => (&item.attrs, Some(&item.ident)),
            Static(item) => (&item.attrs, Some(&item.ident)),
            Trait(item) => (&item.attrs, Some(&item.ident)),
            Type(item) => (&item.attrs, Some(&item.ident)),
            Macro(item) => (&item.attrs, item.ident.as_ref()),
            Mod(item) => (&item.attrs, None),
            Impl(item) => (&item.attrs, None),
            Use(item) => (&item.attrs, None),
            _ => return,
        };
        if is_test(attributes) {
            return;
        }
        self.found.defines.extend(ident.map(ToString::to_string));
        syn::visit::visit_item(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_test(&item.attrs) {
            syn::visit::visit_impl_item_fn(self, item);
        }
    }

    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {
        // `pub(in crate::room)` says who may come in, not who is needed.
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let public = !matches!(item.vis, syn::Visibility::Inherited);
        self.import(&item.tree, &mut Names::new(), public);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 {
            self.name(names);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, node: &'ast syn::Macro) {
        // Paths inside macros (`view!`, `format!`): words joined by `::`.
        let mut tokens = Vec::new();
        flatten(node.tokens.clone(), &mut tokens);
        let mut index = 0;
        while index < tokens.len() {
            let mut names = Names::new();
            while let Some(word) =
                tokens.get(index).filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            {
                names.push(word.clone());
                index += 1;
                if tokens.get(index).is_some_and(|t| t == ":") && tokens.get(index + 1).is_some_and(|t| t == ":") {
                    index += 2;
                } else {
                    break;
                }
            }
            if names.len() > 1 {
                self.name(names);
            }
            if tokens.get(index).is_some_and(|word| !word.starts_with(|c: char| c.is_alphabetic() || c == '_')) {
                index += 1;
            }
        }
        syn::visit::visit_macro(self, node);
    }
}

fn flatten(tokens: proc_macro2::TokenStream, words: &mut Vec<String>) {
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Group(group) => {
                words.push("(".to_owned());
                flatten(group.stream(), words);
                words.push(")".to_owned());
            }
            other => words.push(other.to_string()),
        }
    }
}

/// Strongly connected components of more than one file.
fn circles(needs: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&String> = needs[from].iter().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(needs.get(next).into_iter().flatten());
            }
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = needs.keys().map(|file| (file, reach(file))).collect();
    let mut found: Vec<Vec<String>> = Vec::new();
    for file in needs.keys() {
        if reached[file].contains(file) && found.iter().all(|circle| !circle.contains(file)) {
            found.push(reached[file].iter().filter(|other| reached[*other].contains(file)).cloned().collect());
        }
    }
    found
}
