//! The small language that page contents and character maps share.

/// A word of a content stream. White space, comments, brackets and dictionary marks are left out.
#[derive(Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// `/Name`, without the slash.
    Name(&'a [u8]),
    /// A string, literal or hexadecimal, decoded to bytes.
    Text(Vec<u8>),
    /// A number; its value never matters here.
    Number,
    /// `[`
    Open,
    /// `]`
    Close,
    /// An operator or keyword.
    Word(&'a [u8]),
}

#[derive(Clone)]
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Jumps behind the data of an inline image, to after its `EI`.
    pub(super) fn skip_inline_image(&mut self) {
        let rest = &self.bytes[self.at..];
        let end = rest.windows(4).position(|w| {
            w[0].is_ascii_whitespace() && &w[1..3] == b"EI" && w[3].is_ascii_whitespace()
        });
        self.at += end.map_or(rest.len(), |end| end + 3);
    }

    fn regular(&mut self) -> &'a [u8] {
        let start = self.at;
        while self.peek().is_some_and(is_regular) {
            self.at += 1;
        }
        &self.bytes[start..self.at]
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 1;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'\\' => self.escape(&mut text),
                b'(' => {
                    depth += 1;
                    text.push(byte);
                }
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                    text.push(byte);
                }
                _ => text.push(byte),
            }
        }
        text
    }

    fn escape(&mut self, text: &mut Vec<u8>) {
        let Some(byte) = self.peek() else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'\r' => self.at += usize::from(self.peek() == Some(b'\n')),
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.peek() {
                        Some(digit @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(digit - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                text.push((value & 0xff) as u8);
            }
            other => text.push(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut half: Option<u8> = None;
        while let Some(byte) = self.peek() {
            self.at += 1;
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'A'..=b'F' => byte - b'A' + 10,
                b'>' => break,
                _ => continue,
            };
            match half.take() {
                None => half = Some(digit),
                Some(high) => text.push(high << 4 | digit),
            }
        }
        if let Some(high) = half {
            text.push(high << 4);
        }
        text
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = self.peek()?;
            match byte {
                b'%' => {
                    while self
                        .peek()
                        .is_some_and(|byte| byte != b'\n' && byte != b'\r')
                    {
                        self.at += 1;
                    }
                }
                b'/' => {
                    self.at += 1;
                    return Some(Token::Name(self.regular()));
                }
                b'(' => {
                    self.at += 1;
                    return Some(Token::Text(self.literal()));
                }
                b'<' if self.bytes.get(self.at + 1) == Some(&b'<') => self.at += 2,
                b'<' => {
                    self.at += 1;
                    return Some(Token::Text(self.hexadecimal()));
                }
                b'[' => {
                    self.at += 1;
                    return Some(Token::Open);
                }
                b']' => {
                    self.at += 1;
                    return Some(Token::Close);
                }
                _ if is_regular(byte) => {
                    let word = self.regular();
                    let number = word
                        .iter()
                        .all(|b| b.is_ascii_digit() || b"+-.".contains(b));
                    return Some(if number {
                        Token::Number
                    } else {
                        Token::Word(word)
                    });
                }
                _ => self.at += 1,
            }
        }
    }
}

fn is_regular(byte: u8) -> bool {
    !matches!(
        byte,
        0 | 9 | 10 | 12 | 13 | 32 | b'(' | b')' | b'<' | b'>' | b'[' | b']'
    ) && !matches!(byte, b'{' | b'}' | b'/' | b'%')
}
