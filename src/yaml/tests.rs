//! What is read, what is refused, and where.

use super::*;

/// What `read` says about a text: the JSON of its documents, or the error with what it points at.
fn check(text: &str) -> String {
    match read(text) {
        Ok(stream) => {
            let documents: Vec<String> =
                stream.documents.iter().map(|document| to_json(&document.root).to_string()).collect();
            documents.join(" --- ")
        }
        Err(error) => {
            let place = |at: &std::ops::Range<usize>| {
                format!("{}:{:?}", at.start, text.get(at.clone()).unwrap_or("OUTSIDE"))
            };
            let also = error.also.as_ref().map_or(String::new(), |also| format!(", also {}", place(also)));
            format!("at {}{also}: {error}", place(&error.at))
        }
    }
}

#[test]
fn documents_without_anything_are_left_out() {
    assert_eq!(check(""), "");
    assert_eq!(check("# nothing\n---\n# here\n---\n...\n"), "");
    assert_eq!(check("---\na: 1\n---\n# b\n---\nc: 2\n"), r#"{"a":1} --- {"c":2}"#);
    assert_eq!(check("---\n~\n"), "null");
    assert_eq!(check("\u{feff}a: 1\n"), r#"{"a":1}"#);
    assert_eq!(check("a: 1\r\nb: |\r\n  x\r\n"), r#"{"a":1,"b":"x\n"}"#);
}

#[test]
fn nodes_and_scalars_know_their_bytes() {
    let text = "a: 'x'  # c\nlist:\n- |2- # | no\n    b\n\n- {é: [1, \"q\"], e: }\n- &n !!str 12\n- *n\n- two\n  words\n";
    let stream = read(text).unwrap();
    let scalars: Vec<String> = stream
        .scalars
        .iter()
        .map(|scalar| {
            let marks = [(scalar.is_key, "key"), (scalar.in_flow, "flow"), (scalar.is_tagged, "tagged")];
            let marks: Vec<&str> = marks.iter().filter(|(set, _)| *set).map(|(_, mark)| *mark).collect();
            format!("{:?} {:?} {}", text.get(scalar.span.clone()).unwrap(), scalar.style, marks.join(" "))
        })
        .collect();
    insta::assert_snapshot!(scalars.join("\n"), @r#"
    "a" Plain key
    "'x'" SingleQuoted 
    "list" Plain key
    "|2- # | no\n    b\n\n" Literal 
    "é" Plain key flow
    "1" Plain flow
    "\"q\"" DoubleQuoted flow
    "e" Plain key flow
    "" Plain flow
    "12" Plain tagged
    "two\n  words" Plain
    "#);
    let list = stream.documents[0].root.get("list").unwrap();
    let NodeKind::List(items) = &list.kind else { panic!("no list") };
    let spans: Vec<&str> = items.iter().map(|item| text.get(item.span.clone()).unwrap()).collect();
    assert_eq!(spans, ["|2- # | no\n    b\n\n", "{é: [1, \"q\"], e: }", "12", "*n", "two\n  words"]);
    assert_eq!(text.get(list.span.clone()), text.get(text.find("- |2").unwrap()..text.len() - 1));
}

#[test]
fn the_header_of_a_block_is_found_behind_comments_and_properties() {
    for header in ["|", ">-", "&a |+", "!!str &a >", "# no |\n    |", "&a\n    # > no\n    |2-"] {
        let text = format!("- x\n- k: {header} # c | d\n      body\n");
        let stream = read(&text).unwrap();
        let block = &stream.scalars[2];
        let token = text.get(block.span.clone()).unwrap();
        let sign = header.rfind(['|', '>']).unwrap();
        assert_eq!(token, format!("{} # c | d\n      body\n", &header[sign..]), "{header}");
    }
}

#[test]
fn b46_a_key_given_twice_names_both_places() {
    assert_eq!(
        check("a: 1\nb: 2\na: 3\n"),
        r#"at 10:"a", also 0:"a": the key "a" is given twice in one map"#
    );
    assert_eq!(
        check("x:\n- k: {a: 1, \"a\": 2}\n"),
        r#"at 15:"\"a\"", also 9:"a": the key "a" is given twice in one map"#
    );
    assert_eq!(
        check("1: a\n\"1\": b\n"),
        r#"at 5:"\"1\"", also 0:"1": the key "1" is given twice in one map"#
    );
    let many: String = (0..50).map(|n| format!("k{n}: 1\n")).collect();
    assert_eq!(
        check(&format!("{many}k7: 2\nk3: 2\n")),
        r#"at 340:"k7", also 42:"k7": the key "k7" is given twice in one map"#
    );
    assert_eq!(
        check("base: &b\n  a: 1\n  a: 2\nx:\n  <<: *b\n"),
        r#"at 18:"a", also 11:"a": the key "a" is given twice in one map"#
    );
    assert_eq!(
        check("b: &b {a: 1}\nx: {<<: *b, <<: *b}\n"),
        r#"at 25:"<<", also 17:"<<": the key "<<" is given twice in one map"#
    );
}

#[test]
fn merges_let_the_explicit_key_win_and_the_earlier_source() {
    assert_eq!(
        check("b: &b {k: 1, l: 1}\nc: &c {l: 2, m: 2}\nx:\n  <<: [*b, *c]\n  k: 3\n"),
        r#"{"b":{"k":1,"l":1},"c":{"l":2,"m":2},"x":{"k":3,"l":1,"m":2}}"#
    );
    assert_eq!(
        check("b: &b {k: 1}\nx:\n  k: 3\n  <<: *b\n"),
        r#"at 25:"<<", also 18:"k": `<<` merges in the key "k", which is given before it"#
    );
    assert_eq!(check("x: {<<: 1}"), r#"at 8:"1": `<<` merges a number; it takes a map, or a list of maps"#);
    assert_eq!(
        check("x: {<<: [{}, a]}"),
        r#"at 13:"a": `<<` merges a string; it takes a map, or a list of maps"#
    );
    assert_eq!(check("x: {'<<': 1}\nz: <<\n"), r#"{"x":{"<<":1},"z":"<<"}"#);
}

#[test]
fn b47_the_traps_of_yaml_1_1_are_read_as_the_api_server_reads_them() {
    let list = "[yes, No, on, OFF, y, N, yEs, 012, 0o12, 08, 1:30, 1_000, .5, 0x1F, 0b11, 2001-01-01, ~, =, 1e3, 1.0, 'no']";
    assert_eq!(
        check(list),
        r#"[true,false,true,false,true,false,"yEs",10,10,8,"1:30",1000,0.5,31,3,"2001-01-01",null,"=",1000,1,"no"]"#
    );
    // What is read is emitted so that it reads the same, so a diff never flaps.
    let once = emit(&to_json(&read(list).unwrap().documents[0].root));
    let twice = emit(&to_json(&read(&once).unwrap().documents[0].root));
    assert_eq!(once, twice);
    for (text, plain_string) in
        [("no", false), ("1:30", false), ("2001-01-01", false), ("=", false), ("prod", true)]
    {
        assert_eq!(is_plain_string(text), plain_string, "{text}");
    }
}

#[test]
fn b49_only_the_core_tags_are_taken() {
    assert_eq!(
        check("a: !!python/object:os.system x"),
        r#"at 3:"!!python/object:os.system": the tag !!python/object:os.system is not supported"#
    );
    assert_eq!(check("a: !Ref x"), r#"at 3:"!Ref": the tag !Ref is not supported"#);
    assert_eq!(check("a: !!binary aGk="), r#"at 3:"!!binary": the tag !!binary is not supported"#);
    assert_eq!(check("a: !Sub [x]"), r#"at 3:"!Sub": the tag !Sub is not supported"#);
    assert_eq!(check("a: ! x"), r#"at 3:"!": the tag ! is not supported"#);
    assert_eq!(check("%TAG ! tag:x,2000:\n---\na: !x y"), r#"at 0:"%": a directive (`%`)"#);
    assert_eq!(
        check(
            "[!!str 1, !!int '2', !!float 3.5, !!bool 'yes', !!null '', !!map {}, !!seq [], !<tag:yaml.org,2002:str> 1]"
        ),
        r#"["1",2,3.5,true,null,{},[],"1"]"#
    );
    assert_eq!(check("!!int x"), r#"at 6:"x": x is not what the tag !!int says"#);
    assert_eq!(check("!!seq {}"), r#"at 6:"{}": a map is not what the tag !!seq says"#);
}

#[test]
fn b50_characters_that_yaml_does_not_allow_are_named_with_their_place() {
    for (c, shown) in [
        ('\0', "U+0000"),
        ('\u{7}', "U+0007"),
        ('\u{1b}', "U+001B"),
        ('\u{7f}', "U+007F"),
        ('\u{85}', "U+0085"),
        ('\u{9f}', "U+009F"),
        ('\u{2028}', "U+2028"),
        ('\u{feff}', "U+FEFF"),
        ('\u{ffff}', "U+FFFF"),
        ('\r', "U+000D"),
    ] {
        let error = read(&format!("é: 'x{c}y'\n")).unwrap_err();
        assert_eq!(error.at, 6..6 + c.len_utf8(), "{shown}");
        assert_eq!(error.to_string(), format!("the character {shown} is not allowed in YAML"));
    }
    assert_eq!(check("a:\n\tb: 1\n"), r#"at 3:"\t": a tab where YAML wants blanks"#);
    assert_eq!(check("a: \"\\ud800\""), r#"at 3:"\"": half of a surrogate pair, which is no character"#);
    assert_eq!(check("a: \"\\ud83d\\ude00 \\u0000\""), "{\"a\":\"😀 \\u0000\"}");
}

#[test]
fn b51_numbers_are_kept_exactly_or_refused() {
    assert_eq!(
        check("[9223372036854775807, -9223372036854775808]"),
        "[9223372036854775807,-9223372036854775808]"
    );
    assert_eq!(
        check("[1.10, 1e-7, -0.0, 1.5e300, 9007199254740992.0, 1e20]"),
        "[1.1,1e-7,0,1.5e+300,9007199254740992,1e+20]"
    );
    let range = "is outside of -9223372036854775808 to 9223372036854775807";
    for text in [
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "0xffffffffffffffffff",
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), format!("{text} {range}"));
    }
    for text in ["1e309", "-1e309"] {
        assert_eq!(read(text).unwrap_err().to_string(), format!("{text} is larger than a number can be"));
    }
    for text in [".nan", ".NaN", ".inf", "-.Inf", "+.INF"] {
        assert_eq!(
            read(text).unwrap_err().to_string(),
            format!("{text} is no finite number, and JSON has no other")
        );
    }
    assert_eq!(
        check("- 9007199254740993.0"),
        "at 2:\"9007199254740993.0\": 9007199254740993.0 has more digits than a number of the API server holds"
    );
    assert_eq!(check("'1e309'"), r#""1e309""#);
}

#[test]
fn b52_nesting_is_limited_and_never_overflows_the_stack() {
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    for (open, inner, close) in [("[", "", "]"), ("{a: ", "1", "}"), ("- ", "1", ""), ("[{a: ", "1", "}]")] {
        let levels = open.matches(['[', '{', '-']).count();
        for depth in [(MAX_DEPTH - 1) / levels, MAX_DEPTH / levels] {
            assert!(read(&nested(open, inner, close, depth)).is_ok(), "{open} {depth}");
        }
        for depth in [MAX_DEPTH / levels + 1, 10_000, 1_000_000] {
            let error = read(&nested(open, inner, close, depth)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Depth, "{open} {depth}: {error}");
        }
    }
    let blocks =
        |depth: usize| (0..depth).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>();
    assert!(read(&blocks(MAX_DEPTH)).is_ok());
    for depth in [MAX_DEPTH + 1, 3_000] {
        assert_eq!(read(&blocks(depth)).unwrap_err().kind, ErrorKind::Depth);
    }
    for text in [
        "[".repeat(1_000_000),
        "? ".repeat(1_000_000),
        "{".repeat(10_000),
        "[{".repeat(10_000),
        "!!map ".repeat(10_000),
        "&a ".repeat(10_000),
    ] {
        assert!(read(&text).is_err());
    }
}

#[test]
fn aliases_are_followed_up_to_a_budget() {
    assert_eq!(check("a: &x {k: [1]}\nb: *x\n"), r#"{"a":{"k":[1]},"b":{"k":[1]}}"#);
    assert_eq!(check("a: &x [*x]"), r#"at 7:"*x": the anchor &x contains itself"#);
    assert_eq!(check("a: *no"), r#"at 3:"*no": no anchor &no stands before this alias"#);
    assert_eq!(check("a: &x 1\n---\nb: *x\n"), r#"at 15:"*x": no anchor &x stands before this alias"#);
    let mut bomb = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n".to_owned();
    for level in 1..60 {
        let again = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb += &format!("a{level}: &a{level} [{again}]\n");
    }
    assert_eq!(read(&bomb).unwrap_err().kind, ErrorKind::Aliases);
    // Each alias stands for one list of so many items.
    let many = |items: usize| format!("a: &a [{}]\nb: *a\n", "1,".repeat(items));
    for items in [MAX_ALIAS_NODES - 2, MAX_ALIAS_NODES - 1] {
        assert!(read(&many(items)).is_ok());
    }
    assert_eq!(read(&many(MAX_ALIAS_NODES)).unwrap_err().kind, ErrorKind::Aliases);
    // Aliases nest what is not nested in the text.
    let mut deep = "a0: &a0 []\n".to_owned();
    for level in 1..MAX_DEPTH {
        deep += &format!("a{level}: &a{level} [*a{}]\n", level - 1);
    }
    assert_eq!(read(&deep).unwrap_err().kind, ErrorKind::Depth);
    assert_eq!(
        read("a: &x:y 1").unwrap_err().to_string(),
        "an anchor with other characters than letters, digits, `_` and `-`"
    );
}

#[test]
fn keys_are_strings() {
    assert_eq!(check("80: a\n"), r#"{"80":"a"}"#);
    assert_eq!(check("yes: a\n"), r#"at 0:"yes": a bool as a key: yes; the keys of an object are strings"#);
    assert_eq!(check("~: a\n"), r#"at 0:"~": null as a key: ~; the keys of an object are strings"#);
    assert_eq!(check("1.5: a\n"), r#"at 0:"1.5": a number as a key: 1.5; the keys of an object are strings"#);
    assert_eq!(check("010: a\n"), r#"at 0:"010": a number as a key: 010; the keys of an object are strings"#);
    assert_eq!(
        check("[a, b]: c\n"),
        r#"at 0:"[a, b]": a list as a key: [a, b]; the keys of an object are strings"#
    );
    assert_eq!(
        check("{{ x }}: c\n"),
        r#"at 0:"{{ x }}": a map as a key: {{ x }}; the keys of an object are strings"#
    );
}

#[test]
fn mistakes_of_structure_say_what_and_where() {
    let texts = [
        "a: b: c\n",
        "a: [1, 2\nb: 3\n",
        "a: {b: 1\n",
        "a: 'x\nb: 1\n",
        "a: \"x\\q\"\n",
        "a: x]\n]\n",
        "a: [1}\n",
        "a:\n  b: 1\n c: 2\n",
        "a: 1\nb\nc: 2\n",
        "- a\nb: 1\n",
        "a: @x\n",
        "a: `x`\n",
        "a: %x\n",
        "a: 'x' y\n",
        "a: | x\n  y\n",
        "a: &\n",
        "- - a\n -b: 1\n",
        "key: |\n  a\n b\n",
        "a: 'b\n---\nc'\n",
        "{a:1}\n{b\n",
        "a: [x:, y]",
        "a: [?x]",
    ];
    let said: Vec<String> = texts.iter().map(|text| format!("{text:?}\n    {}", check(text))).collect();
    insta::assert_snapshot!(said.join("\n"), @r#"
    "a: b: c\n"
        at 4:":": a `: ` where no key can stand
    "a: [1, 2\nb: 3\n"
        at 10:":": a `: ` where no key can stand
    "a: {b: 1\n"
        at 3:"{": a `[` or `{` that is never closed
    "a: 'x\nb: 1\n"
        at 6:"b": a quoted text goes on in a line that is not indented
    "a: \"x\\q\"\n"
        at 3:"\"": no escape of YAML
    "a: x]\n]\n"
        at 6:"]": a `]` or `}` that nothing opened
    "a: [1}\n"
        at 3:"[": a `[` closed by `}`, or a `{` closed by `]`
    "a:\n  b: 1\n c: 2\n"
        at 11:"c": expected `key: value` here
    "a: 1\nb\nc: 2\n"
        at 5:"b": expected `key: value` here
    "- a\nb: 1\n"
        at 4:"b": an item of a list (`- `) is expected here, or stands where none can
    "a: @x\n"
        at 3:"@": a text that begins with `@`, `%` or a back quote
    "a: `x`\n"
        at 3:"`": a text that begins with `@`, `%` or a back quote
    "a: %x\n"
        at 3:"%": a text that begins with `@`, `%` or a back quote
    "a: 'x' y\n"
        at 7:"y": text after the closing quote
    "a: | x\n  y\n"
        at 3:"|": text after `|` or `>`
    "a: &\n"
        at 3:"&": `&` or `*` without a name after it
    "- - a\n -b: 1\n"
        at 7:"-": an item of a list (`- `) is expected here, or stands where none can
    "key: |\n  a\n b\n"
        at 12:"b": expected `key: value` here
    "a: 'b\n---\nc'\n"
        at 6:"-": a quoted text goes on in a line that is not indented
    "{a:1}\n{b\n"
        at 6:"{": a `[` or `{` that is never closed
    "a: [x:, y]"
        at 5:":": a `:` right before a comma or bracket, which readers of YAML disagree on
    "a: [?x]"
        at 4:"?": a text between brackets that begins with `?`, which readers of YAML disagree on
    "#);
}

#[test]
fn any_text_is_read_or_refused_inside_of_itself() {
    let pieces = proptest::collection::vec(
        proptest::sample::select(vec![
            "a", ":", " ", "\n", "\t", "- ", "? ", "[", "]", "{", "}", ",", "'", "\"", "|", ">", "&a", "*a",
            "!!str ", "!", "#", "%", "---", "...", "é", "\u{feff}", "\r", "\\", "<<", "1", "~",
        ]),
        0..40,
    );
    proptest::proptest!(|(pieces in pieces)| {
        let text = pieces.concat();
        match read(&text) {
            Ok(stream) => {
                for scalar in &stream.scalars {
                    proptest::prop_assert!(text.get(scalar.span.clone()).is_some());
                }
            }
            Err(error) => {
                proptest::prop_assert!(text.get(error.at.clone()).is_some());
                proptest::prop_assert!(error.also.is_none_or(|also| text.get(also).is_some()));
            }
        }
    });
}

#[test]
fn objects_are_emitted_as_kubectl_writes_them() {
    let value = serde_json::json!({
        "kind": "ConfigMap", "apiVersion": "v1", "data": {"script": "#!/bin/sh\necho\n", "on": "yes", "n": "12", "empty": "", "tail": "a\nb", "keep": "a\n\n", "tab": "\tx\ny"},
        "metadata": {"namespace": "n", "labels": {"b": "x", "a": "y"}, "name": "c", "annotations": {}},
        "list": [1, [2, [3]], {"name": "z", "args": ["-c", "a: b"]}, [], {}, null], "nested": {"metadata": {"name": "x", "a": 1}},
    });
    insta::assert_snapshot!(emit(&value), @r#"
    apiVersion: v1
    kind: ConfigMap
    metadata:
      name: c
      namespace: "n"
      annotations: {}
      labels:
        a: "y"
        b: x
    data:
      empty: ""
      keep: |+
        a

      "n": "12"
      "on": "yes"
      script: |
        #!/bin/sh
        echo
      tab: "\tx\ny"
      tail: |-
        a
        b
    list:
    - 1
    - - 2
      - - 3
    - args:
      - -c
      - "a: b"
      name: z
    - []
    - {}
    - null
    nested:
      metadata:
        a: 1
        name: x
    "#);
}

#[test]
fn what_is_nested_far_deeper_than_what_is_read_is_emitted() {
    let mut value = serde_json::Value::Null;
    for _ in 0..1_000 {
        value = serde_json::Value::Array(vec![value]);
    }
    assert_eq!(emit(&value).len(), "- ".len() * 1_000 + "null\n".len());
}
