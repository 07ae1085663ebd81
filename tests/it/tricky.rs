//! Scalars that are hard on readers and writers of YAML.

use serde_json::{Value, json};

/// Texts that YAML readers have made something else of, or nothing at all.
#[rustfmt::skip]
pub fn tricky() -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for word in
        ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "nil", "none", "void"]
    {
        let title = word.get(..1).unwrap().to_uppercase() + word.get(1..).unwrap();
        let swapped = word.get(..1).unwrap().to_owned() + &word.get(1..).unwrap().to_uppercase();
        for casing in [word.to_owned(), word.to_uppercase(), title, swapped] {
            texts.extend(["", ".", "+.", "-.", "-", "+", "~", " "].map(|prefix| format!("{prefix}{casing}")));
            texts.extend([" ", ":", "#", " #", ": x", "_", ","].map(|suffix| format!("{casing}{suffix}")));
        }
    }
    for number in [
        "0", "1", "7", "8", "08", "09", "00", "012", "0123", "0128", "1_000", "1__0", "_1", "1_", "0_7",
        "0x1F", "0X1f", "0x_1F", "0x", "0xg", "0x1p4", "0x.8", "0o17", "0O17", "0o18", "0o", "0o1_7",
        "0b101", "0B101", "0b", "0b102", "0b-11", "0b+11", "0b--1", "0b1_0", "1e3", "1E3", "1e+3", "1e-3",
        "1e", "1e1_0", "e3", ".e3", "1.e3", "1.", ".5", ".5_0", ".1_", "._1", ".5e1_0", ".5e", ".", "..",
        "1.10", "1.0", "1.2.3", "1:20", "1:20:30", "20:30.5", "190:20:30", "1:2x", "0.0", "1,000", "1 000",
        "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999", "0777777777777777777777", "07777777777777777777777",
        "0x7fffffffffffffff", "0xffffffffffffffff", "0x1ffffffffffffffff", "9007199254740993",
        "9007199254740993.0", "9007199254740992.0", "0.1", "0.30000000000000004", "3.141592653589793",
        "3.14159265358979323846", "1e22", "1e23", "1e308", "1.7976931348623157e308", "1e309", "1e400",
        ".1e400", "5e-324", "1e-400", "2.2250738585072014e-308", "123e45", "123e456",
        "1e99999999999999999999", "0e99999999999999999999", "1e-99999999999999999999", "10.0.0.1", "1.5Gi",
        "500m", "1-2",
    ] {
        texts.extend(["", "-", "+", "--", "-+", " "].map(|sign| format!("{sign}{number}")));
        texts.extend([" ", "_", ":", "e", "\u{a0}"].map(|suffix| format!("{number}{suffix}")));
    }
    texts.extend(
        [
            "", " ", "  ", "~", "~~", "=", "==", "<<", "<", "-", "--", "---", "----", "--- a", "- a", "-a",
            "-\ta", "...", "....", "... a", "?", "? a", "?a", ":", ":a", ": a", "a:", "a: ", "a: b", "a:b",
            "a:\tb", "a :b", "a #b", "a# b", "a\t#b", "#", "#a", "a#", ",", ",a", "a,b", "a, b", "[", "]",
            "{", "}", "[a]", "{a: b}", "{{ x }}", "a[0]", "a]", "a}", "&", "&a", "*", "*a", "!", "!a",
            "!!str a", "|", "|a", "|-", ">", ">a", "'", "''", "'a'", "a'b", "\"", "\"a\"", "a\"b", "%",
            "%a", "%YAML 1.1", "@", "@a", "`", "`a`", "\\", "\\n", "a\\b", "2001-01-01", "2001-1-1",
            "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5", "2001-12-15T02:59:43.1Z",
            "2001-13-01", "12:30", "12:30:45", "\t", "\ta", "a\t", "a\tb", "\n", "\n\n", "\na", "a\n",
            "a\n\n", "a\n\n\n", "a\nb", "a\nb\n", "a\n\nb", "a\n b", "a\n\tb", "\ta\nb", " a\nb", "a \nb",
            "a\t\nb", "a\n \nb", "a\n  \n", "\n a", "\n\ta\n", " \na", "a\n#b", "#a\nb", "# a\nb\n",
            "- a\n- b\n", "a: b\nc: d\n", "---\na\n", "a\n---\nb", "a\n...\nb\n", "%a\nb", "|\na", "'\n'",
            "\"\n\"", "a\r", "a\rb", "a\r\nb", "\r\n", "a\u{85}b", "a\u{2028}b", "a\u{2029}b\nc",
            "\u{feff}", "\u{feff}a", "a\u{feff}b\n", "a\u{0}b", "\u{0}", "\u{1}", "\u{7}", "\u{8}", "\u{b}",
            "\u{c}", "\u{1b}[31m", "\u{1f}", "\u{7f}", "\u{80}", "\u{9f}", "\u{a0}", "\u{ad}", "\u{d7ff}",
            "\u{e000}", "\u{fdd0}", "\u{fffd}", "\u{fffe}", "\u{ffff}", "\u{10000}", "\u{1fffe}",
            "\u{1f600}", "\u{10ffff}", "é", "e\u{301}", "日本語", "\u{200b}", "\u{202e}abc", "\u{2066}",
            "\u{e0001}", "ı", "İ", "\u{3000}", "\u{1680}", "\u{2003}a", "key: [a, b]",
            "http://x.y/z?a=b&c=d#e", "*.example.com", "sum(rate(x{code=~\"5..\"}[2m])) > 0.01",
            "$(POD_IP):8080", "a;b", "--flag=value", "-Dx=y", "C:\\x", "@daily", "*/5 * * * *", "50%",
            "100%", "null null", "true story", "no way",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
            "#!/bin/sh\nset -e\n\tcd /tmp\n", "{\n  \"a\": 1\n}\n", "line one\n  indented\n\n\nafter two\n",
            "trailing blank \nnext\n", "end\n\n",
        ]
        .map(str::to_owned),
    );
    for length in [1, 78, 80, 81, 127, 128, 129, 999, 1000, 1001, 1023, 1024, 1025, 5000] {
        texts.push("x".repeat(length));
        texts.push("x ".repeat(length) + "x");
        texts.push("é\n".repeat(length));
        texts.push("\u{1}".repeat(length));
    }
    texts
}

/// Numbers at the edges of what can be held.
#[rustfmt::skip]
pub fn numbers() -> Vec<Value> {
    let mut numbers: Vec<Value> = Vec::new();
    for shift in 0..63 {
        let power = 1_i64 << shift;
        numbers.extend([power - 1, power, power + 1, -power, -power - 1].map(|number| json!(number)));
    }
    numbers.extend([i64::MIN, i64::MIN + 1, i64::MAX, 0, 8, 10, 123_456].map(|number| json!(number)));
    for number in [
        0.0, -0.0, 0.1, -0.1, 0.5, 1.0, 1.1, 1.5, 100.0, 1e-7, 1e-6, 1e-5, 1e15, 1e16, 1e20, 1e21, 1e22,
        1e23, 1e100, 1e300, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, f64::EPSILON,
        9_007_199_254_740_993.0, 0.1 + 0.2, 1.0 / 3.0, 9.223372036854775e18,
    ] {
        numbers.push(json!(number));
    }
    numbers
}
