//! A Rust file as the rules see it: its code without comments and string contents, its string
//! literals, its attributes and functions, and which of its lines are tests.
//!
//! This is a lexer and a brace counter, not a parser. It knows comments, strings of every kind,
//! characters and lifetimes; macros that build functions out of fragments are beyond it.

use std::ops::RangeInclusive;

/// A string literal and the line on which it opens.
#[derive(Debug)]
pub(crate) struct Literal {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// `#[...]` or `#![...]`, without white space, without the brackets.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) line: usize,
    pub(crate) text: String,
    end: usize,
}

impl Attribute {
    /// `#[test]`, `#[tokio::test(...)]` and the like.
    pub(crate) fn is_test(&self) -> bool {
        let path = self.text.split('(').next().unwrap_or_default();
        path.rsplit("::").next() == Some("test")
    }

    fn is_cfg_test(&self) -> bool {
        ["cfg(test)", "cfg(all(test", "cfg(any(test"].iter().any(|cfg| self.text.starts_with(cfg))
    }
}

#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) lines: usize,
}

#[derive(Debug)]
pub(crate) struct RustSource {
    /// The code: comments and the contents of strings and characters are spaces.
    code: Vec<char>,
    /// Where each line but the first begins.
    line_starts: Vec<usize>,
    pub(crate) literals: Vec<Literal>,
    pub(crate) attributes: Vec<Attribute>,
    tests: Vec<RangeInclusive<usize>>,
    macros: Vec<RangeInclusive<usize>>,
}

impl RustSource {
    pub(crate) fn new(text: &str) -> RustSource {
        let (code, literals) = Lexer::new(text).run();
        let (attributes, tests, macros) = (Vec::new(), Vec::new(), Vec::new());
        let line_starts = (1..=code.len()).filter(|&at| code[at - 1] == '\n').collect();
        let mut source = RustSource { code, line_starts, literals, attributes, tests, macros };
        source.attributes = source.find_attributes();
        source.tests = source.find_tests();
        source.macros = source.find_macros();
        source
    }

    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.tests.iter().any(|lines| lines.contains(&line))
    }

    /// Whether the line is in a `macro_rules!`, whose lints depend on who uses it.
    pub(crate) fn is_macro_line(&self, line: usize) -> bool {
        self.macros.iter().any(|lines| lines.contains(&line))
    }

    /// Every identifier with its line and the character that follows it.
    pub(crate) fn words(&self) -> Vec<(usize, String, Option<char>)> {
        let mut words = Vec::new();
        let (mut at, mut line) = (0, 1);
        while at < self.code.len() {
            if is_word(self.code[at]) {
                let end = self.word_end(at);
                let next = self.code[end..].iter().find(|c| !c.is_whitespace()).copied();
                words.push((line, self.code[at..end].iter().collect(), next));
                at = end;
            } else {
                line += usize::from(self.code[at] == '\n');
                at += 1;
            }
        }
        words
    }

    /// The functions that have a body, nested ones included.
    pub(crate) fn functions(&self) -> Vec<Function> {
        let mut functions = Vec::new();
        let mut at = 0;
        while let Some(start) = self.next_function(at) {
            let name_start = self.skip_spaces(start + 2);
            let name_end = self.word_end(name_start);
            if let Some((_, body_end)) = self.body(name_end) {
                let line = self.line_of(start);
                functions.push(Function {
                    name: self.code[name_start..name_end].iter().collect(),
                    line,
                    lines: self.line_of(body_end) - line + 1,
                });
            }
            at = name_end;
        }
        functions
    }

    /// The name of the function that an attribute stands above.
    pub(crate) fn function_below(&self, attribute: &Attribute) -> Option<String> {
        let start = self.next_function(attribute.end)?;
        let name_start = self.skip_spaces(start + 2);
        Some(self.code[name_start..self.word_end(name_start)].iter().collect())
    }

    /// The modules that are declared or written in this file: `mod name;`, `mod name { }`.
    pub(crate) fn modules(&self) -> Vec<(usize, String)> {
        self.words()
            .windows(2)
            .filter(|pair| pair[0].1 == "mod" && matches!(pair[1].2, Some(';' | '{')))
            .map(|pair| (pair[1].0, pair[1].1.clone()))
            .collect()
    }

    fn find_tests(&self) -> Vec<RangeInclusive<usize>> {
        self.attributes
            .iter()
            .filter(|attribute| attribute.is_test() || attribute.is_cfg_test())
            .filter_map(|attribute| {
                let body_end = self.body(attribute.end)?.1;
                Some(attribute.line..=self.line_of(body_end))
            })
            .collect()
    }

    fn find_macros(&self) -> Vec<RangeInclusive<usize>> {
        let keyword: Vec<char> = "macro_rules!".chars().collect();
        (0..self.code.len())
            .filter(|&at| self.code[at..].starts_with(&keyword))
            .filter_map(|at| Some((at, self.body(at)?.1)))
            .map(|(start, end)| self.line_of(start)..=self.line_of(end))
            .collect()
    }

    fn find_attributes(&self) -> Vec<Attribute> {
        let mut attributes = Vec::new();
        let mut at = 0;
        while at + 1 < self.code.len() {
            let open = at + 1 + usize::from(self.code[at + 1] == '!');
            if self.code[at] != '#' || self.code.get(open) != Some(&'[') {
                at += 1;
                continue;
            }
            let Some(close) = self.closing(open) else { break };
            attributes.push(Attribute {
                line: self.line_of(at),
                text: self.code[open + 1..close].iter().filter(|c| !c.is_whitespace()).collect(),
                end: close + 1,
            });
            at = close + 1;
        }
        attributes
    }

    /// Where the next `fn name` starts; `fn(...)`, the pointer type, is not one.
    fn next_function(&self, from: usize) -> Option<usize> {
        (from..self.code.len().saturating_sub(2)).find(|&at| {
            self.code[at] == 'f'
                && self.code[at + 1] == 'n'
                && self.code[at + 2].is_whitespace()
                && (at == 0 || !is_word(self.code[at - 1]))
                && self.code.get(self.skip_spaces(at + 2)).is_some_and(|&c| is_word(c))
        })
    }

    /// The braces of the item that starts at `from`, or nothing when a `;` ends it first.
    fn body(&self, from: usize) -> Option<(usize, usize)> {
        let mut at = from;
        while at < self.code.len() {
            match self.code[at] {
                '(' | '[' => at = self.closing(at)?,
                '{' => return Some((at, self.closing(at)?)),
                ';' | '}' => return None,
                _ => {}
            }
            at += 1;
        }
        None
    }

    fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0;
        for (at, c) in self.code.iter().enumerate().skip(open) {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    fn skip_spaces(&self, from: usize) -> usize {
        from + self.code[from..].iter().take_while(|c| c.is_whitespace()).count()
    }

    fn word_end(&self, from: usize) -> usize {
        from + self.code[from..].iter().take_while(|&&c| is_word(c)).count()
    }

    fn line_of(&self, at: usize) -> usize {
        1 + self.line_starts.partition_point(|&start| start <= at)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    code: Vec<char>,
    literals: Vec<Literal>,
}

impl Lexer {
    fn new(text: &str) -> Lexer {
        let chars = text.chars().collect();
        Lexer { chars, at: 0, line: 1, code: Vec::new(), literals: Vec::new() }
    }

    fn run(mut self) -> (Vec<char>, Vec<Literal>) {
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('/')) => self.hide_while(|lexer| lexer.peek(0) != Some('\n')),
                (Some('/'), Some('*')) => self.block_comment(),
                (Some('r'), Some('"' | '#')) if self.starts_raw_string() => self.raw_string(),
                (Some('"'), _) => self.string(),
                (Some('\''), Some('\\')) => self.character(),
                (Some('\''), Some(_)) if self.peek(2) == Some('\'') => self.character(),
                _ => self.keep(),
            }
        }
        (self.code, self.literals)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn keep(&mut self) {
        let c = self.chars[self.at];
        self.line += usize::from(c == '\n');
        self.code.push(c);
        self.at += 1;
    }

    /// Takes one character out of the code; lines stay where they are.
    fn hide(&mut self) {
        let c = self.chars[self.at];
        self.line += usize::from(c == '\n');
        self.code.push(if c == '\n' { '\n' } else { ' ' });
        self.at += 1;
    }

    fn hide_while(&mut self, goes_on: impl Fn(&Lexer) -> bool) {
        while self.at < self.chars.len() && goes_on(self) {
            self.hide();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                _ => {
                    self.hide();
                    continue;
                }
            }
            self.hide();
            self.hide();
            if depth == 0 {
                return;
            }
        }
    }

    /// `r"`, `r#"`, `br"`, `cr#"`; not the raw identifier `r#type` and not the end of a word.
    fn starts_raw_string(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map(|at| self.chars[at]);
        let prefixed = matches!(before(1), Some('b' | 'c')) && !before(2).is_some_and(is_word);
        if before(1).is_some_and(is_word) && !prefixed {
            return false;
        }
        let hashes = self.chars[self.at + 1..].iter().take_while(|&&c| c == '#').count();
        self.peek(1 + hashes) == Some('"')
    }

    fn raw_string(&mut self) {
        self.keep();
        let mut hashes = 0;
        while self.peek(0) == Some('#') {
            self.hide();
            hashes += 1;
        }
        self.keep();
        let (line, start) = (self.line, self.at);
        let ends = |lexer: &Lexer| {
            lexer.peek(0) == Some('"') && (1..=hashes).all(|ahead| lexer.peek(ahead) == Some('#'))
        };
        self.hide_while(|lexer| !ends(lexer));
        self.literal(line, start);
        for _ in 0..hashes {
            if self.at < self.chars.len() {
                self.hide();
            }
        }
    }

    fn string(&mut self) {
        self.keep();
        let (line, start) = (self.line, self.at);
        while self.at < self.chars.len() && self.peek(0) != Some('"') {
            if self.peek(0) == Some('\\') && self.peek(1).is_some() {
                self.hide();
            }
            self.hide();
        }
        self.literal(line, start);
    }

    /// Notes the literal that began at `start`, and keeps its closing quote.
    fn literal(&mut self, line: usize, start: usize) {
        let text = self.chars[start..self.at].iter().collect();
        self.literals.push(Literal { line, text });
        if self.at < self.chars.len() {
            self.keep();
        }
    }

    fn character(&mut self) {
        self.keep();
        if self.peek(0) == Some('\\') {
            self.hide();
        }
        self.hide();
        self.hide_while(|lexer| lexer.peek(0) != Some('\''));
        if self.at < self.chars.len() {
            self.keep();
        }
    }
}
