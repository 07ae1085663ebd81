//! The parser's complaints in words of our own.

use granit_parser::ErrorKind as Scan;

use super::error::ErrorKind;

/// Whether it is about a tab where none may stand.
pub(super) fn is_tab(kind: &Scan) -> bool {
    matches!(
        kind,
        Scan::TabNotAllowed
            | Scan::TabInBlockIndentation
            | Scan::TabInIndentation
            | Scan::TabInPlainScalar
            | Scan::TabAtBlockScalarStart
    )
}

/// What the parser complains about, as an error of this room.
pub(super) fn explain(kind: &Scan) -> ErrorKind {
    let (message, hint) = match kind {
        Scan::RecursionLimitExceeded => return ErrorKind::Depth,
        Scan::UnexpectedCharacter { character: '@' | '`' | '%' } => {
            ("a text that begins with `@`, `%` or a back quote", "quote the text")
        }
        Scan::UnexpectedCharacter { character } => return ErrorKind::Character { character: *character },
        Scan::BomInsideDocument => return ErrorKind::Character { character: '\u{feff}' },
        kind if is_tab(kind) => {
            ("a tab where YAML wants blanks", "indent with blanks; YAML does not allow tabs there")
        }
        Scan::InvalidIndentation | Scan::InvalidBlockScalarIndent | Scan::InvalidFlowScalarIndent => (
            "this line is indented less than what it belongs to, or in between",
            "give all keys of one map the same indentation; splice several lines with `nindent`",
        ),
        Scan::ExpectedBlockMappingKey | Scan::SimpleKeyExpected | Scan::InvalidSimpleKey => (
            "expected `key: value` here",
            "check the indentation, and that a blank follows the colon; splice several lines with `nindent`",
        ),
        Scan::ExpectedBlockSequenceEntry
        | Scan::BlockSequenceEntryNotAllowed
        | Scan::InvalidBlockEntryWhitespace => (
            "an item of a list (`- `) is expected here, or stands where none can",
            "start each item of a list on a line of its own, all in one column, with a blank after `-`",
        ),
        Scan::MappingKeyNotAllowed | Scan::MappingValueNotAllowed | Scan::InvalidColonPlacement => (
            "a `: ` where no key can stand",
            "start each key on a line of its own; quote a text with `: ` in it; close the brackets before it",
        ),
        Scan::InvalidMappingValueWhitespace | Scan::FlowMappingValueAdjacentCollection => {
            ("a value without a blank after its colon", "write a blank after the colon")
        }
        Scan::UnexpectedEofFlowSequence
        | Scan::UnexpectedEofFlowMapping
        | Scan::UnexpectedEofImplicitFlowMapping
        | Scan::UnclosedFlowCollection { .. } => {
            ("a `[` or `{` that is never closed", "close it, or quote the text that begins with it")
        }
        Scan::MisplacedFlowCollectionEnd => {
            ("a `]` or `}` that nothing opened", "take it away, or quote the text that it belongs to")
        }
        Scan::MismatchedFlowCollectionEnd { .. } => {
            ("a `[` closed by `}`, or a `{` closed by `]`", "close each bracket by its own kind")
        }
        Scan::ExpectedFlowMappingSeparator | Scan::ExpectedFlowSequenceSeparator => {
            ("expected `,` or the closing bracket", "separate what stands in brackets by commas")
        }
        Scan::BlockEntryInFlowCollection | Scan::PlainScalarStartsWithDashFlowIndicator => {
            ("an item of a list (`- `) between brackets", "between `[` and `]`, separate items by commas")
        }
        Scan::UnclosedQuotedScalar => {
            ("a quote that is never closed", "close it, or write the text with `quote`")
        }
        Scan::InvalidTrailingSingleQuotedScalar | Scan::InvalidTrailingDoubleQuotedScalar => (
            "text after the closing quote",
            "write a quote inside `'…'` twice and one inside `\"…\"` as `\\\"`, or write the text with `quote`",
        ),
        Scan::UnknownQuotedScalarEscape
        | Scan::InvalidQuotedScalarHexEscape
        | Scan::InvalidUnicodeEscape
        | Scan::InvalidLowSurrogateHexEscape => {
            ("no escape of YAML", "write a backslash inside `\"…\"` twice, or put the text between `'…'`")
        }
        Scan::InvalidLowSurrogate | Scan::MissingLowSurrogate | Scan::UnpairedLowSurrogate => (
            "half of a surrogate pair, which is no character",
            "write the character itself, or its number after `\\U`",
        ),
        Scan::ZeroBlockScalarIndent | Scan::InvalidBlockScalarHeader => (
            "text after `|` or `>`",
            "start the text on the next line, indented; after `|` may stand `-`, `+` and one digit",
        ),
        Scan::InvalidQuotedScalarIndent | Scan::DocumentIndicatorInQuotedScalar => (
            "a quoted text goes on in a line that is not indented",
            "close the quote in the lines before, or indent this one",
        ),
        Scan::DirectiveDisallowed => {
            ("a directive (`%`)", "take it away; no manifest needs one. Quote a text that begins with `%`")
        }
        Scan::UnknownAnchor => {
            ("an alias (`*`) without an anchor before it", "quote a text that begins with `*`")
        }
        Scan::MissingAnchorOrAliasName => {
            ("`&` or `*` without a name after it", "quote a text that begins with `&` or `*`")
        }
        Scan::UndeclaredTagHandle
        | Scan::ExpectedTagBang
        | Scan::InvalidGlobalTagCharacter
        | Scan::InvalidTagTerminator
        | Scan::MissingTagUri
        | Scan::UnclosedVerbatimTag
        | Scan::InvalidTagEscape
        | Scan::InvalidTagUtf8LeadingByte
        | Scan::InvalidTagUtf8TrailingByte
        | Scan::InvalidTagUtf8 => ("no tag of YAML", "quote a text that begins with `!`"),
        Scan::CommentNotSeparated | Scan::CommentInterceptedScalar => {
            ("a comment in the middle of a text", "write a blank before `#`, or quote the text")
        }
        Scan::InvalidDocumentEnd | Scan::ExpectedDocumentStart => {
            ("something after the end of a document", "start each document with `---` on a line of its own")
        }
        Scan::UnexpectedEof | Scan::UnexpectedEofBlockSequence | Scan::UnexpectedEofBlockMapping => {
            ("the text ends in the middle", "check that the template writes the whole of the document")
        }
        // The enum of the parser may grow; what is left are its rare complaints.
        _ => ("not YAML", "check the indentation and the quotes of this line and the one before it"),
    };
    ErrorKind::Syntax { message, hint }
}
