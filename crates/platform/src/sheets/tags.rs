//! Just enough of html and xml to find tables, sheet names and merged ranges: pieces in order, nothing nested, no
//! entity ever expanded into markup.

use std::borrow::Cow;

pub(super) enum Piece<'a> {
    Tag(Tag<'a>),
    /// Still with its entities.
    Text(&'a str),
    /// CDATA: as it stands.
    Verbatim(&'a str),
}

pub(super) struct Tag<'a> {
    /// Without a namespace prefix, as written.
    pub name: &'a str,
    pub closing: bool,
    /// `<x/>`
    pub empty: bool,
    attributes: &'a str,
}

impl Tag<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Value of an attribute by its name without prefix; entities resolved.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let after = after.trim_start();
            let Some(after) = after.strip_prefix('=') else {
                // Without a value; but never stand still.
                rest = if end == 0 { rest.get(1..).unwrap_or("") } else { after };
                continue;
            };
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, next) = match quote {
                Some(quote) => after[1..].split_once(quote).unwrap_or((&after[1..], "")),
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            if local(key).eq_ignore_ascii_case(name) {
                return Some(unescape(value).into_owned());
            }
            rest = next;
        }
    }

    pub fn number(&self, name: &str) -> Option<u32> {
        self.attribute(name)?.trim().parse().ok()
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The pieces of a document; comments, declarations and processing instructions are left out.
pub(super) struct Pieces<'a>(pub &'a str);

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        loop {
            let text = self.0;
            if text.is_empty() {
                return None;
            }
            let Some(inside) = text.strip_prefix('<') else {
                let end = text.find('<').unwrap_or(text.len());
                self.0 = &text[end..];
                return Some(Piece::Text(&text[..end]));
            };
            if let Some(comment) = inside.strip_prefix("!--") {
                self.0 = comment.split_once("-->").map_or("", |(_, rest)| rest);
                continue;
            }
            if let Some(data) = inside.strip_prefix("![CDATA[") {
                let (data, rest) = data.split_once("]]>").unwrap_or((data, ""));
                self.0 = rest;
                return Some(Piece::Verbatim(data));
            }
            let first = inside.as_bytes().first().copied().unwrap_or(b' ');
            if !(first.is_ascii_alphabetic() || matches!(first, b'/' | b'!' | b'?' | b'_')) {
                // A lone `<` in a text, as in `a < b`.
                self.0 = inside;
                return Some(Piece::Text(&text[..1]));
            }
            let end = tag_end(inside);
            let body = &inside[..end];
            self.0 = inside.get(end + 1..).unwrap_or("");
            if matches!(first, b'!' | b'?') {
                continue;
            }
            let (closing, body) = body.strip_prefix('/').map_or((false, body), |rest| (true, rest));
            let empty = body.ends_with('/');
            let cut = body.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(body.len());
            let (name, attributes) = body.split_at(cut);
            return Some(Piece::Tag(Tag { name: local(name), closing, empty, attributes }));
        }
    }
}

/// Where the tag closes; a `>` in a quoted value does not close it.
fn tag_end(inside: &str) -> usize {
    let mut quote = None;
    for (at, byte) in inside.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            (None | Some(_), _) => {}
        }
    }
    // An odd quotation mark: close at the first `>`, as browsers end up doing.
    inside.find('>').unwrap_or(inside.len())
}

/// The named entities tables use, and numbered ones; what is unknown stays as written.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let known =
            rest.bytes().take(12).position(|byte| byte == b';').and_then(|end| Some((entity(&rest[1..end])?, end)));
        match known {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "yen" => Some('¥'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code).filter(|c| *c != '\0')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_in_order() {
        let text = "<?xml version='1.0'?><!-- <td> --><ss:Cell ss:Index=\"3\" x='a>b'>1 &lt; 2 &#x4f60;<br/>a < b<![CDATA[<&>]]></ss:Cell>";
        let mut shown = String::new();
        for piece in Pieces(text) {
            match piece {
                Piece::Tag(tag) => {
                    let index = tag.number("index");
                    shown += &format!("[{}{} {index:?} {}]", if tag.closing { "/" } else { "" }, tag.name, tag.empty);
                }
                Piece::Text(text) => shown += &unescape(text),
                Piece::Verbatim(text) => shown += text,
            }
        }
        assert_eq!(shown, "[Cell Some(3) false]1 < 2 你[br None true]a < b<&>[/Cell None false]");
    }

    #[test]
    fn hostile_tags_end() {
        for text in
            ["<", "<a", "<a =", "<a ='", "<a / = / =", "<!--", "<![CDATA[", "</", "<a b=\"", "&", "&#;", "&#xFFFFFFFF;"]
        {
            for piece in Pieces(text) {
                match piece {
                    Piece::Tag(tag) => assert_eq!(tag.attribute("nothing"), None),
                    Piece::Text(text) | Piece::Verbatim(text) => assert!(unescape(text).len() <= text.len()),
                }
            }
        }
    }
}
