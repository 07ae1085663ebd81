//! Values of the wrong type, names of nothing, and expressions that have no value.

use super::beside::{all_told, fine, told};
use super::score::{Case, great};

/// A sound service with this in it, which begins in line 17.
fn service(setting: &str) -> String {
    format!(
        "service \"s\" {{\n  namespace = \"s\"\n  templates = [\"web\"]\n  values    = {{ greeting = \"x\", token = \"x\" }}\n  image     = \"a/b:1\"\n  requests  = {{ cpu = \"1\", memory = \"1Gi\" }}\n  limits    = {{ cpu = \"1\", memory = \"1Gi\" }}\n  port \"http\" {{\n    number = 80\n  }}\n  probe \"readiness\" {{\n    port = \"http\"\n  }}\n  probe \"liveness\" {{\n    port = \"http\"\n  }}\n  {setting}\n}}\n"
    )
}

/// A profile with this value, which begins at 2:18.
fn value(expression: &str) -> String {
    format!("profile \"x\" {{\n  values = {{ a = {expression} }}\n}}\n")
}

#[test]
fn b14_a_value_of_the_wrong_type_is_not_converted() {
    for (setting, at, says) in [
        (
            "replicas = \"3\"",
            "17:14",
            ["takes a whole number, 0 to 100000; found the string \"3\"", "write the number without quotes"],
        ),
        ("replicas = true", "17:14", ["found the bool true", "give `replicas` a whole number"]),
        ("replicas = null", "17:14", ["found null", "leave the argument out"]),
        ("replicas = 3.5", "17:14", ["found the number 3.5", "not a whole number"]),
        ("replicas = -1", "17:14", ["found the number -1", "out of range: 0 to 100000"]),
        ("replicas = [3]", "17:14", ["found a list of 1", "give `replicas` a whole number"]),
        (
            "command = \"run\"",
            "17:13",
            ["`command` takes a list; found the string \"run\"", "write a list: [\"run\"]"],
        ),
        (
            "args = [1]",
            "17:11",
            ["`args[0]` takes a string; found the number 1", "write it in quotes: \"1\""],
        ),
        (
            "spot = \"true\"",
            "17:10",
            ["`spot` takes true or false; found the string \"true\"", "write true without quotes"],
        ),
        (
            "schedule = true",
            "17:14",
            ["takes a string that is not empty; found the bool true", "write it in quotes"],
        ),
        ("env = [\"a\"]", "17:9", ["`env` takes a map; found a list of 1", "give `env` a map"]),
        ("env = { A = 1 }", "17:15", ["`env.A` takes a string", "write it in quotes: \"1\""]),
        (
            "traffic = { peek_rps = 1 }",
            "17:26",
            ["`traffic` has no key `peek_rps`", "did you mean `peak_rps`?"],
        ),
        (
            "workload = \"deploymnt\"",
            "17:14",
            ["found the string \"deploymnt\"", "did you mean \"deployment\"?"],
        ),
        (
            "shutdown {\n    grace = 30\n  }",
            "18:13",
            ["takes a duration such as \"90s\"; found the number 30", "\"30s\""],
        ),
        (
            "autoscale {\n    min = \"1\"\n    max = 2\n    cpu = 50\n  }",
            "18:11",
            ["`autoscale.min` takes a whole number, 0 to 100000; found the string \"1\"", "without quotes"],
        ),
    ] {
        let at = format!("fleet/x.hcl:{at}");
        let text = great(&Case {
            files: &[("fleet/x.hcl", &service(setting))],
            code: "C001",
            place: Some(&at),
            about: Some(("prod-a", "service \"s\"")),
            says: &says,
            ..Case::default()
        });
        assert!(text.ends_with("\n1 error\n"), "{text}");
    }
    insta::assert_snapshot!(told(("C001", "17:14", &["replicas"], &service("replicas = \"3\""))), @r#"
    error[C001]: `replicas` takes a whole number, 0 to 100000; found the string "3"
      --> fleet/x.hcl:17:14
       |
    17 |   replicas = "3"
       |              ^^^ not of this type
       |
       = clusters: prod-a, prod-b
       = object: service "s"
       = help: write the number without quotes

    1 error
    "#);
    all_told(&[
        (
            "C001",
            "2:12",
            &["`labels` takes a map; found a list of 1"],
            "cluster \"c\" {\n  labels = [\"a\"]\n}\n",
        ),
        (
            "C001",
            "2:12",
            &["`labels` takes a map; found the string"],
            "cluster \"c\" {\n  labels = \"env=prod\"\n}\n",
        ),
        (
            "C001",
            "2:20",
            &["found the number 1", "write it in quotes: \"1\""],
            "cluster \"c\" {\n  labels = { env = 1 }\n}\n",
        ),
        (
            "C001",
            "2:16",
            &["found the number 1.33", "write it in quotes: \"1.33\""],
            "cluster \"c\" {\n  kubernetes = 1.33\n}\n",
        ),
        ("C001", "2:12", &["`values` takes a map; found null"], "profile \"x\" {\n  values = null\n}\n"),
        (
            "C001",
            "2:14",
            &["`replaces` takes a list; found the string \"y\""],
            "profile \"x\" {\n  replaces = \"y\"\n}\n",
        ),
        (
            "C001",
            "3:13",
            &["`x` takes list(string); found a map of 1"],
            "variable \"x\" {\n  type    = list(string)\n  default = { a = 1 }\n}\n",
        ),
        (
            "C007",
            "2:10",
            &["`strng` is no type here", "did you mean `string`?"],
            "variable \"x\" {\n  type = strng\n}\n",
        ),
    ]);
}

#[test]
fn b16_a_name_of_nothing_is_told_with_the_nearest() {
    all_told(&[
        (
            "C103",
            "2:7",
            &["there is no local `dmain`", "did you mean `domain`?"],
            "locals {\n  a = local.dmain\n  domain = 1\n}\n",
        ),
        ("C103", "2:22", &["there is no variable `tokn`", "did you mean `token`?"], &value("var.tokn")),
        ("C103", "2:22", &["there is no variable `tokn`", "did you mean `token`?"], &value("var[\"tokn\"]")),
        (
            "C103",
            "2:33",
            &["`cluster.labels` has no `zon`", "did you mean `zone`?"],
            &value("cluster.labels.zon"),
        ),
        ("C103", "2:24", &["`fleet` has no `nme`", "did you mean `name`?"], &value("fleet.nme")),
        (
            "C101",
            "2:18",
            &["nothing is called `clutser` here", "did you mean `cluster`?"],
            &value("clutser.name"),
        ),
        ("C101", "2:18", &["nothing is called `zebra` here", "if a string is meant"], &value("zebra")),
        ("C101", "2:7", &["nothing is called `zebra` here"], "locals {\n  a = zebra\n}\n"),
        (
            "C102",
            "2:13",
            &["`cluster` is not known here: it differs from cluster to cluster"],
            "cluster \"c\" {\n  context = cluster.name\n}\n",
        ),
        ("C102", "2:26", &["`cluster.values` is not known here"], &value("cluster.values.b")),
        (
            "C102",
            "5:17",
            &["`local.a` is not known here: this local refers to `cluster`"],
            "locals {\n  a = cluster.name\n}\noutput \"o\" {\n  value = local.a\n}\n",
        ),
        (
            "C102",
            "2:13",
            &["`local` is not known here: a variable stands by itself"],
            "variable \"x\" {\n  default = local.a\n}\nlocals {\n  a = var.x\n}\n",
        ),
        (
            "C102",
            "2:13",
            &["`var` is not known here: a variable stands by itself"],
            "variable \"x\" {\n  default = var.token\n}\n",
        ),
    ]);
    insta::assert_snapshot!(told(("C103", "2:22", &["tokn"], &value("var.tokn"))), @"
    error[C103]: there is no variable `tokn`
     --> fleet/x.hcl:2:22
      |
    2 |   values = { a = var.tokn }
      |                      ^^^^
      |
      = clusters: prod-a, prod-b
      = note: there is `token`
      = help: did you mean `token`?

    1 error
    ");
    let unset = told((
        "C005",
        "1:10",
        &["variable \"image\" has no value", "--var image=…", "FLEETWRIGHT_VAR_image"],
        "variable \"image\" {\n}\noutput \"o\" {\n  value = var.image\n}\n",
    ));
    insta::assert_snapshot!(unset, @r#"
    error[C005]: variable "image" has no value
     --> fleet/x.hcl:1:10
      |
    1 | variable "image" {
      |          ^^^^^^^ it has no default
      |
      = help: give one with --var image=…, --var-file or FLEETWRIGHT_VAR_image, or add a `default`

    1 error
    "#);
    great(&Case {
        files: &[(
            "fleet/x.hcl",
            "variable \"image\" {\n  default = 1\n}\noutput \"o\" {\n  value = var.image\n}\n",
        )],
        arguments: &["--var", "imgae=b"],
        code: "C005",
        place: Some("--var imgae:1:1"),
        says: &["there is no variable \"imgae\"", "did you mean \"image\"?"],
        ..Case::default()
    });
}

#[test]
fn b17_an_expression_without_a_value_has_a_caret() {
    for (expression, code, at, says) in [
        ("1 / 0", "C115", 18, "division by zero"),
        ("1 % 0", "C115", 18, "division by zero"),
        ("9223372036854775807 + 1", "C115", 18, "the result is outside of"),
        ("18446744073709551616", "C116", 18, "this number is outside of"),
        ("1e400", "F002", 18, "this number is too large"),
        ("[1, 2][2]", "C109", 25, "index 2 is out of range: this value has 2 elements, from 0 to 1"),
        ("[1][-1]", "C109", 22, "index -1 is out of range: this value has one element, with index 0"),
        ("[][0]", "C109", 21, "index 0 is out of range: this value is empty"),
        ("[1][\"a\"]", "C110", 22, "the index of a list is a whole number, not a string"),
        ("[1, 2][0.5]", "C110", 25, "the index of a list is a whole number, not 0.5"),
        ("[1][null]", "C110", 22, "the index of a list is a whole number, not null"),
        ("{ a = 1 }.b", "C103", 28, "this value has no `b`"),
        ("null.a", "C111", 23, "this value is null and has no attribute `a`"),
        ("null[0]", "C111", 23, "this value is null and has no elements"),
        ("\"abc\".a", "C111", 24, "this value is a string and has no attribute `a`"),
        ("1 ? 2 : 3", "C112", 18, "a condition is true or false, not a number"),
        ("\"true\" ? 1 : 2", "C112", 18, "a condition is true or false, not a string"),
        ("null ? 1 : 2", "C112", 18, "a condition is true or false, not null"),
        ("true ? [1] : { a = 1 }", "C114", 25, "one branch is a list, the other a map"),
        ("true ? true : 1", "C114", 25, "one branch is a bool, the other a number"),
        ("!1", "C113", 19, "`!` takes bools, not a number"),
        ("true && [1]", "C113", 26, "`&&` takes bools, not a list"),
        ("1 + \"2\"", "C113", 22, "`+` takes numbers, not a string"),
        ("null < 1", "C113", 18, "`<` takes numbers, not null"),
        ("[for x in 3 : x]", "C119", 28, "`for` goes over a list or a map, not a number"),
        ("\"x${null}\"", "C120", 22, "null has no text to put into a string"),
        ("\"x${[1]}\"", "C120", 22, "a list has no text to put into a string"),
    ] {
        told((code, &format!("2:{at}"), &[says], &value(expression)));
    }
    insta::assert_snapshot!(told(("C115", "2:24", &["zero"], &value("1 == (1 / 0) ? 1 : 2"))), @"
    error[C115]: division by zero
     --> fleet/x.hcl:2:24
      |
    2 |   values = { a = 1 == (1 / 0) ? 1 : 2 }
      |                        ^^^^^
      |
      = clusters: prod-a, prod-b
      = help: ask before dividing: `n == 0 ? 0 : x / n`

    1 error
    ");
    insta::assert_snapshot!(told(("C109", "2:25", &["index"], &value("[1, 2][2]"))), @"
    error[C109]: index 2 is out of range: this value has 2 elements, from 0 to 1
     --> fleet/x.hcl:2:25
      |
    2 |   values = { a = [1, 2][2] }
      |                         ^
      |
      = clusters: prod-a, prod-b
      = help: the first element has index 0; use `try(…, null)` where it may be missing

    1 error
    ");
    // The branch that is not taken, and what `try` falls back from, may have no value.
    for expression in ["true ? 1 : [1][7]", "try([1][7], 1)", "can(1 / 0) ? 1 : 2"] {
        fine(&|place| place.write("fleet/x.hcl", &value(expression)));
    }
}

#[test]
fn b20_a_function_that_is_not_there_says_why() {
    for call in [
        "timestamp()",
        "plantimestamp()",
        "now()",
        "uuid()",
        "bcrypt(\"x\")",
        "env(\"HOME\")",
        "getenv(\"HOME\")",
        "get_env(\"HOME\")",
        "file(\"x\")",
        "fileset(\".\", \"*\")",
        "templatefile(\"x\", {})",
        "abspath(\".\")",
    ] {
        let name = call.split('(').next().unwrap();
        let says = format!("there is no function `{name}`, on purpose");
        told(("C105", "2:18", &[&says, "the same input must give the same bytes"], &value(call)));
    }
    insta::assert_snapshot!(told(("C105", "2:18", &["timestamp"], &value("timestamp()"))), @"
    error[C105]: there is no function `timestamp`, on purpose
     --> fleet/x.hcl:2:18
      |
    2 |   values = { a = timestamp() }
      |                  ^^^^^^^^^
      |
      = clusters: prod-a, prod-b
      = note: the same input must give the same bytes, whenever and wherever it is rendered
      = help: write the time down in a variable, and pass it with `--var`

    1 error
    ");
    all_told(&[
        ("C104", "2:18", &["there is no function `uper`", "did you mean `upper`?"], &value("uper(\"x\")")),
        ("C104", "2:18", &["there is no function `zebra`"], &value("zebra()")),
        ("C106", "2:18", &["`length` takes 1 argument, not 0"], &value("length()")),
    ]);
}
