//! Nested lists of words, one after the other: what a VNN-LIB file is made of.

use super::refusal::wrong;
use crate::formats::FormatError;

/// How deep lists may be nested.
const DEPTH: usize = 200;

/// A word or a list of such.
#[derive(Debug)]
pub(super) enum Tree<'a> {
    Word(&'a str, u32),
    List(Vec<Tree<'a>>, u32),
}

impl<'a> Tree<'a> {
    /// The line it begins in, counted from 1.
    pub(super) fn line(&self) -> u32 {
        match self {
            Tree::Word(_, line) | Tree::List(_, line) => *line,
        }
    }

    /// The word that it is.
    pub(super) fn word(&self) -> Option<&'a str> {
        match self {
            Tree::Word(word, _) => Some(word),
            Tree::List(..) => None,
        }
    }

    /// The first word of a list, and what follows it.
    pub(super) fn call(&self) -> Option<(&'a str, &[Tree<'a>])> {
        match self {
            Tree::List(list, _) => list.split_first().and_then(|(head, rest)| Some((head.word()?, rest))),
            Tree::Word(..) => None,
        }
    }

    /// A short form for messages.
    pub(super) fn shown(&self) -> String {
        match self {
            Tree::Word(word, _) => format!("\"{}\"", short(word)),
            Tree::List(list, _) => match list.first() {
                None => "()".into(),
                Some(Tree::Word(word, _)) => format!("({} …)", short(word)),
                Some(Tree::List(..)) => "((…) …)".into(),
            },
        }
    }
}

/// At most some letters of a word.
pub(super) fn short(word: &str) -> String {
    let letters: String = word.chars().take(40).filter(|letter| !letter.is_control()).collect();
    if letters.len() < word.len() { letters + "…" } else { letters }
}

/// Reads one list after the other.
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: u32,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Reader { text, at: 0, line: 1 }
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Past blanks and comments, which begin with `;` and end with the line.
    fn skip(&mut self) {
        while let Some(byte) = self.byte() {
            match byte {
                b'\n' => self.line += 1,
                b';' => {
                    let rest = &self.text.as_bytes()[self.at..];
                    self.at += rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
                    continue;
                }
                byte if byte.is_ascii_whitespace() => {}
                _ => return,
            }
            self.at += 1;
        }
    }

    /// A word: up to a blank, a parenthesis or a comment; what stands in brackets or quotes belongs to it with its blanks.
    fn word(&mut self) -> Result<Tree<'a>, FormatError> {
        let (start, line) = (self.at, self.line);
        let mut within = None;
        while let Some(byte) = self.byte() {
            match (within, byte) {
                (None, b'[') => within = Some(b']'),
                (None, b'"') => within = Some(b'"'),
                (None, b'(' | b')' | b';') => break,
                (None, byte) if byte.is_ascii_whitespace() => break,
                (Some(end), byte) if byte == end => within = None,
                (Some(_), b'\n') => return Err(wrong(line, "what opens here is not closed in its line")),
                _ => {}
            }
            self.at += 1;
        }
        if within.is_some() {
            return Err(wrong(line, "what opens here is not closed before the end of the file"));
        }
        Ok(Tree::Word(&self.text[start..self.at], line))
    }

    /// The next list; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Tree<'a>>, FormatError> {
        self.skip();
        let mut open: Vec<(Vec<Tree<'a>>, u32)> = Vec::new();
        loop {
            self.skip();
            let Some(byte) = self.byte() else {
                return match open.last() {
                    None => Ok(None),
                    Some((_, line)) => Err(wrong(*line, "this list is not closed before the end of the file")),
                };
            };
            let tree = match byte {
                b'(' => {
                    if open.len() == DEPTH {
                        return Err(wrong(self.line, format!("lists are nested more than {DEPTH} deep")));
                    }
                    self.at += 1;
                    open.push((Vec::new(), self.line));
                    continue;
                }
                b')' => {
                    self.at += 1;
                    let Some((list, line)) = open.pop() else {
                        return Err(wrong(self.line, "a parenthesis closes that was not opened"));
                    };
                    Tree::List(list, line)
                }
                _ => self.word()?,
            };
            match (open.last_mut(), tree) {
                (Some((list, _)), tree) => list.push(tree),
                (None, tree @ Tree::List(..)) => return Ok(Some(tree)),
                (None, word) => {
                    let why = format!("{} stands outside of any list; write (assert …)", word.shown());
                    return Err(wrong(word.line(), why));
                }
            }
        }
    }
}
