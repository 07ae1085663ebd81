//! Text of others in Markdown: shown as it is, whatever it says.
//!
//! All of it stands in code, where nothing is a link, an image, a mention or HTML.

use crate::report::escape::one_line;

/// The longest text on one line, in characters.
const LONGEST: usize = 300;

/// The text on one line as a code span; what is cut off is counted.
pub(super) fn code(text: &str) -> String {
    let text = short(text);
    let marks = "`".repeat(longest_run(&text) + 1);
    // Blanks at both ends are taken away again.
    let blank =
        if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() { " " } else { "" };
    format!("{marks}{blank}{text}{blank}{marks}")
}

/// The text as a code span in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// The text on one line as code in HTML.
pub(super) fn html(text: &str) -> String {
    let mut safe = String::from("<code>");
    for c in short(text).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe.push_str("</code>");
    safe
}

/// Lines of a language in a fence that nothing in them ends.
pub(super) fn fence(language: &str, lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or(0);
    let marks = "`".repeat(3.max(longest + 1));
    let lines: String = lines.iter().map(|line| format!("{}\n", one_line(line))).collect();
    format!("{marks}{language}\n{lines}{marks}")
}

fn short(text: &str) -> String {
    let text = one_line(text);
    match text.chars().count().saturating_sub(LONGEST) {
        0 => text.into_owned(),
        more => format!("{}…({more} characters)", text.chars().take(LONGEST).collect::<String>()),
    }
}

/// The longest run of backticks.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_code() {
        for (text, in_span, in_html) in [
            ("prod-a", "`prod-a`", "<code>prod-a</code>"),
            ("", "`  `", "<code></code>"),
            (" a ", "`  a  `", "<code> a </code>"),
            ("a`b``c", "```a`b``c```", "<code>a`b``c</code>"),
            ("`", "`` ` ``", "<code>`</code>"),
            ("<b>\"x\"&'y'", "`<b>\"x\"&'y'`", "<code>&lt;b&gt;&quot;x&quot;&amp;&#39;y&#39;</code>"),
            (
                "a\n\n</code>\u{202e}",
                "`a\\n\\n</code>\\u{202e}`",
                "<code>a\\n\\n&lt;/code&gt;\\u{202e}</code>",
            ),
        ] {
            assert_eq!((code(text), html(text)), (in_span.to_owned(), in_html.to_owned()));
        }
        assert_eq!(cell("a|b`"), "`` a\\|b` ``");
        assert_eq!(code(&"x".repeat(302)), format!("`{}…(2 characters)`", "x".repeat(300)));
        let lines = ["- ````".to_owned(), "+ a\u{1b}".to_owned()];
        assert_eq!(fence("diff", &lines), "`````diff\n- ````\n+ a\\x1b\n`````");
        assert_eq!(fence("diff", &[]), "```diff\n```");
    }
}
