//! Whether a blank stands between two tokens of a line.

use super::token::{Kind, Token};

/// Whether a blank stands between `token` and `after`. `before` is what stands before `token` in its cell.
pub fn is_blank_between(before: Option<Kind>, token: &Token<'_>, after: Kind) -> bool {
    use Kind::{
        Bang, CloseBrace, CloseHeredoc, CloseQuote, CloseSequence, Comma, Dot, DoubleColon, Ellipsis, Ident,
        Literal, Minus, Newline, Number, OpenBrace, OpenBracket, OpenHeredoc, OpenParen, OpenQuote,
        OpenSequence,
    };
    match (token.kind, after) {
        (_, Newline) => false,
        // A call: the name, with its namespaces, stands at its bracket.
        (Ident, OpenParen | DoubleColon) | (DoubleColon, Ident) => false,
        (Dot, _) | (_, Dot | Comma | Ellipsis) => false,
        (Comma, _) => true,
        // A blank in a template would be text.
        (Literal | OpenQuote | OpenHeredoc, _) | (_, Literal | CloseQuote | CloseHeredoc) => false,
        // `for x in [a]`: a keyword, not the name of a list.
        _ if token.kind == Ident && token.text == "in" && before == Some(Ident) => true,
        (kind, OpenBracket) if matches!(kind, Ident | Number) || kind.depth() < 0 => false,
        (Bang, _) => false,
        (Minus, _) => !is_sign(before),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        // `${ { … } }`: the braces of a map keep their distance.
        (OpenSequence, OpenBrace) | (CloseBrace, CloseSequence) => true,
        (CloseSequence, OpenSequence) => false,
        (kind, _) if kind.depth() > 0 => false,
        (_, kind) => kind.depth() >= 0,
    }
}

/// Whether a minus after this is the sign of what follows.
fn is_sign(before: Option<Kind>) -> bool {
    match before {
        None => true,
        Some(kind) => matches!(
            kind,
            Kind::OpenParen
                | Kind::OpenBrace
                | Kind::OpenBracket
                | Kind::Equal
                | Kind::Colon
                | Kind::Comma
                | Kind::Question
                | Kind::Operator
                | Kind::Minus
                | Kind::Bang
        ),
    }
}
