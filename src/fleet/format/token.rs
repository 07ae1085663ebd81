//! The tokens of a text, and the blanks before each.

use unicode_segmentation::UnicodeSegmentation as _;

/// What a token is, as far as the layout depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ident,
    Number,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    /// `${` or `${~`, `%{` or `%{~`.
    OpenSequence,
    /// The `}` or `~}` that ends one.
    CloseSequence,
    OpenQuote,
    CloseQuote,
    /// `<<TAG` with the end of its line.
    OpenHeredoc,
    /// The last line of a heredoc, without its end.
    CloseHeredoc,
    /// The text of a string or heredoc.
    Literal,
    /// With the end of its line, if it goes that far.
    Comment,
    Newline,
    Equal,
    Dot,
    Comma,
    Ellipsis,
    DoubleColon,
    Bang,
    Minus,
    Colon,
    Question,
    /// An arithmetic, comparing or logical operator with something on both sides; `-` is [`Kind::Minus`].
    Operator,
    /// Anything else.
    Other,
}

impl Kind {
    /// How many brackets it opens, less those it closes.
    pub fn depth(self) -> isize {
        match self {
            Self::OpenBrace | Self::OpenBracket | Self::OpenParen | Self::OpenSequence => 1,
            Self::CloseBrace | Self::CloseBracket | Self::CloseParen | Self::CloseSequence => -1,
            _ => 0,
        }
    }
}

/// A token.
#[derive(Clone, Debug)]
pub struct Token<'t> {
    pub kind: Kind,
    pub text: &'t str,
    /// How many blanks stand before it.
    pub blanks: usize,
}

impl Token<'_> {
    /// Whether a line ends with it. A comment to the end of a line holds that end.
    pub fn ends_line(&self) -> bool {
        match self.kind {
            Kind::Newline => true,
            Kind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }
}

/// The columns that tokens take with the blanks before them: what a reader takes for one character is one.
pub fn columns(tokens: &[Token<'_>]) -> usize {
    tokens.iter().map(|token| token.blanks + width(token.text)).sum()
}

fn width(text: &str) -> usize {
    if text.is_ascii() && !text.contains('\r') { text.len() } else { text.graphemes(true).count() }
}

/// All tokens of a text.
#[derive(Debug)]
pub struct Tokens<'t> {
    pub list: Vec<Token<'t>>,
    /// The blanks after the last one.
    pub after: &'t str,
}

impl Tokens<'_> {
    /// The text that they make.
    pub fn text(&self) -> String {
        let length: usize = self.list.iter().map(|token| token.blanks + token.text.len()).sum();
        let mut text = String::with_capacity(length + self.after.len());
        for token in &self.list {
            text.extend(std::iter::repeat_n(' ', token.blanks));
            text.push_str(token.text);
        }
        // A tab has the width of a blank here as everywhere.
        text.extend(std::iter::repeat_n(' ', self.after.len()));
        text
    }
}
