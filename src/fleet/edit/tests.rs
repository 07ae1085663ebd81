//! What is set, and what is not.

use super::*;

fn edit(text: &str, block: &str, assignment: &str) -> Result<Edited, EditError> {
    set(text, &Address::parse(block)?, &Assignment::parse(assignment)?)
}

/// The text after the edit, or why there is none: the message, what it points at, the next step.
fn told(text: &str, block: &str, assignment: &str) -> String {
    match edit(text, block, assignment) {
        Ok(edited) => edited.text,
        Err(error) => {
            let at = error.at.as_ref().and_then(|(at, _)| text.get(at.clone())).unwrap_or("-");
            format!(
                "{error} | {} | {}",
                at.lines().next().unwrap_or_default(),
                error.help.as_deref().unwrap_or_default()
            )
        }
    }
}

const UID: &str = "7f0f6a3e-0000-4000-8000-000000000001";

#[test]
fn an_argument_is_put_beside_its_neighbour_and_the_rest_is_kept() {
    for (before, after) in [
        (
            "# one\ncluster \"a\" {\n  labels  = { env = \"x\" }\n  context = \"a\" # why\n\n  values = {}\n}\n\ncluster \"b\" {}\n",
            "# one\ncluster \"a\" {\n  labels  = { env = \"x\" }\n  context = \"a\" # why\n  uid     = \"UID\"\n\n  values = {}\n}\n\ncluster \"b\" {}\n",
        ),
        ("cluster \"a\" {}\n", "cluster \"a\" {\n  uid = \"UID\"\n}\n"),
        ("cluster a { }\n", "cluster a {\n  uid = \"UID\"\n}\n"),
        ("cluster \"a\" { context = \"x\" }", "cluster \"a\" {\n  context = \"x\"\n  uid = \"UID\"\n}"),
        ("cluster \"a\" {\n  # nothing\n}\n", "cluster \"a\" {\n  uid = \"UID\"\n  # nothing\n}\n"),
        (
            "cluster \"a\" {\n\tx=1\n\tlabels = {\n\t\ty = 1\n\t}\n}\n",
            "cluster \"a\" {\n\tx=1\n\tlabels = {\n\t\ty = 1\n\t}\n\tuid    = \"UID\"\n}\n",
        ),
        (
            "\u{feff}cluster \"a\" {\r\n  context = \"a\"\r\n}\r\n",
            "\u{feff}cluster \"a\" {\r\n  context = \"a\"\r\n  uid     = \"UID\"\r\n}\r\n",
        ),
        (
            "cluster \"a\" {\n  uid = \"7f0f6a3e-0000-4000-8000-000000000009\" // old\n}\n",
            "cluster \"a\" {\n  uid = \"UID\" // old\n}\n",
        ),
    ] {
        assert_eq!(told(before, "cluster/a", &format!("uid={UID}")), after.replace("UID", UID), "{before}");
    }
}

#[test]
fn what_cannot_be_edited_is_left_alone() {
    for (text, message) in [
        ("cluster \"b\" {}\n", "the file does not hold cluster \"a\" once"),
        ("cluster \"a\" {}\ncluster \"a\" {}\n", "the file does not hold cluster \"a\" once"),
        ("cluster \"a\" {\n  uid = var.uid\n}\n", "`uid` is the expression `var.uid`, not a literal"),
        (
            "cluster \"a\" {\n  context = \"a\" /* a\n comment */\n}\n",
            "the block is written in a way that leaves no place for `uid`",
        ),
        ("cluster \"a\" {\n", "the file is not HCL"),
    ] {
        let error = edit(text, "cluster/a", &format!("uid={UID}")).unwrap_err();
        assert_eq!(error.to_string(), message, "{text}");
    }
}

/// A service, with a bit of everything.
const SERVICE: &str = r#"variable "token" {
  default   = "hunter2" # secret
  sensitive = true
}

service "web" {
  image = "a:1" # the image
  env   = { A = "1", "b.c" = "2", T = { secret = "s/k" } }
  values = {
    version = "1.30"
    count   = 3
    on      = true
    off     = null
    list    = ["a", "b"]
    noted   = [1, # one
      2]
    ingress = { weight = 25, }
    text = <<-EOT
      a
      b
    EOT
    (local.x) = 1
  }
  requests = merge({ cpu = "1" }, {})
  limits   = { cpu = "1" }
  port "http" { number = 8080 }
  autoscale {
    min = 2
    max = -7
  }
  disruption {
    max_unavailable = "10%"
  }
  override "small" {
    match = "env=dev"
    autoscale {
      min = 1
    }
  }
}
"#;

/// The lines that an edit of [`SERVICE`] takes out and puts in.
fn change(assignment: &str) -> String {
    let after = match edit(SERVICE, "service/web", assignment) {
        Ok(edited) if !edited.is_changed() => return format!("{} unchanged", edited.line),
        Ok(edited) => edited.text,
        Err(_) => return told(SERVICE, "service/web", assignment),
    };
    let (old, new): (Vec<&str>, Vec<&str>) = (SERVICE.lines().collect(), after.lines().collect());
    let gone = old.iter().filter(|line| !new.contains(line)).map(|line| format!("-{}", line.trim()));
    let come = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+{}", line.trim()));
    gone.chain(come).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_path_leads_to_a_value_and_its_type_says_how_it_is_written() {
    let assignments = [
        "image=a:2",
        "image=a:1",
        "image=a=b",
        "env.A=8080",
        "env.\"b.c\"=x\"y\\${z}",
        "env.NEW=true",
        "env.T.secret=other/key",
        "env.T={ field = \"x\" }",
        "env.T=plain",
        "values.version=1.31",
        "values.version=\"1.31\"",
        "values.version=null",
        "values.count=4",
        "values.count=-4.5",
        "values.count=four",
        "values.count=\"four\"",
        "values.on=false",
        "values.on=no",
        "values.off=[1, { a = 2 }]",
        "values.off=word",
        "values.list=[ \"a\",\"b\" ]",
        "values.list=[]",
        "values.list=a",
        "values.list.0=a",
        "values.noted=[1]",
        "values.ingress.weight=0",
        "values.ingress.other=x",
        "values.ingress={ weight = 0 }",
        "values.ingress=0",
        "values.text=a b",
        "values.new=1",
        "values.missing.new=1",
        "limits.memory=1Gi",
        "limits.cpu=null",
        "requests.cpu=2",
        "requests=2",
        "port.http.number=8081",
        "port.http.protocol=UDP",
        "port.htp.number=8081",
        "port.http=8081",
        "port=1",
        "autoscale.min=x",
        "autoscale.max=70",
        "autoscale.cpu=70",
        "autoscale.mx=70",
        "disruption.max_unavailable=2",
        "disruption.max_unavailable=20%",
        "override.small.autoscale.min=3",
        "override.small.match=env in (dev,test)",
        "override.large.autoscale.min=3",
        "shutdown.grace=30s",
        "replicas=3",
        "command=[\"a\"]",
        "command=a",
        "command=[var.x]",
        "imgae=x",
        "traffic.peak_rps=3",
    ];
    let lines: Vec<String> = assignments.iter().map(|one| format!("{one}\n    {}", change(one))).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    image=a:2
        -image = "a:1" # the image +image = "a:2" # the image
    image=a:1
        7 unchanged
    image=a=b
        -image = "a:1" # the image +image = "a=b" # the image
    env.A=8080
        -env   = { A = "1", "b.c" = "2", T = { secret = "s/k" } } +env   = { A = "8080", "b.c" = "2", T = { secret = "s/k" } }
    env."b.c"=x"y\${z}
        -env   = { A = "1", "b.c" = "2", T = { secret = "s/k" } } +env   = { A = "1", "b.c" = "x\"y\\$${z}", T = { secret = "s/k" } }
    env.NEW=true
        -env   = { A = "1", "b.c" = "2", T = { secret = "s/k" } } +env   = { A = "1", "b.c" = "2", T = { secret = "s/k" }, NEW = "true" }
    env.T.secret=other/key
        -env   = { A = "1", "b.c" = "2", T = { secret = "s/k" } } +env   = { A = "1", "b.c" = "2", T = { secret = "other/key" } }
    env.T={ field = "x" }
        -env   = { A = "1", "b.c" = "2", T = { secret = "s/k" } } +env   = { A = "1", "b.c" = "2", T = { field = "x" } }
    env.T=plain
        `env.T` takes a map | - | write it as in HCL: 'env.T={ secret = "store/key" }'
    values.version=1.31
        -version = "1.30" +version = "1.31"
    values.version="1.31"
        -version = "1.30" +version = "\"1.31\""
    values.version=null
        -version = "1.30" +version = "null"
    values.count=4
        -count   = 3 +count   = 4
    values.count=-4.5
        -count   = 3 +count   = -4.5
    values.count=four
        `values.count` takes a number, as what stands there | - | write it as in HCL: values.count=3, or a text in quotes: 'values.count="x"'
    values.count="four"
        -count   = 3 +count   = "four"
    values.on=false
        -on      = true +on      = false
    values.on=no
        `values.on` takes true or false, as what stands there | - | write it as in HCL: values.on=true
    values.off=[1, { a = 2 }]
        -off     = null +off     = [1, { a = 2 }]
    values.off=word
        -off     = null +off     = "word"
    values.list=[ "a","b" ]
        14 unchanged
    values.list=[]
        -list    = ["a", "b"] +list    = []
    values.list=a
        `values.list` takes a list, as what stands there | - | write it as in HCL: 'values.list=["a", "b"]'
    values.list.0=a
        `values.list` has no part `0` | ["a", "b"] | give the whole list: values.list=VALUE
    values.noted=[1]
        a comment stands in the value of `values.noted`, and would be lost | [1, # one | set a part of it, as in `values.ingress.weight=0`, or edit the file
    values.ingress.weight=0
        -ingress = { weight = 25, } +ingress = { weight = 0, }
    values.ingress.other=x
        -ingress = { weight = 25, } +ingress = { weight = 25, other = "x", }
    values.ingress={ weight = 0 }
        -ingress = { weight = 25, } +ingress = { weight = 0 }
    values.ingress=0
        `values.ingress` takes a map, as what stands there | - | write it as in HCL: 'values.ingress={ a = 1 }'
    values.text=a b
        -text = <<-EOT -a -b -EOT +text = "a b"
    values.new=1
        `values` has keys that are expressions | { | edit the file
    values.missing.new=1
        `values` has keys that are expressions | { | edit the file
    limits.memory=1Gi
        -limits   = { cpu = "1" } +limits   = { cpu = "1", memory = "1Gi" }
    limits.cpu=null
        -limits   = { cpu = "1" } +limits   = { cpu = null }
    requests.cpu=2
        `requests` is the expression `merge({ cpu = "1" }, {})`, not a literal | merge({ cpu = "1" }, {}) | 
    requests=2
        `requests` is the expression `merge({ cpu = "1" }, {})`, not a literal | merge({ cpu = "1" }, {}) | 
    port.http.number=8081
        -port "http" { number = 8080 } +port "http" { number = 8081 }
    port.http.protocol=UDP
        -port "http" { number = 8080 } +port "http" { +number = 8080 +protocol = "UDP"
    port.htp.number=8081
        there is no block port "htp" in this block | service | did you mean "http"?
    port.http=8081
        `port.http` is a block, not an argument | port | go on with one of its arguments: number or protocol
    port=1
        which `port`? | service | go on with its NAME: port.NAME
    autoscale.min=x
        `autoscale.min` takes a whole number | - | write it as in HCL: autoscale.min=3
    autoscale.max=70
        -max = -7 +max = 70
    autoscale.cpu=70
        +cpu = 70
    autoscale.mx=70
        autoscale has no argument or block `mx` | autoscale | did you mean `max`?
    disruption.max_unavailable=2
        -max_unavailable = "10%" +max_unavailable = 2
    disruption.max_unavailable=20%
        -max_unavailable = "10%" +max_unavailable = "20%"
    override.small.autoscale.min=3
        -min = 1 +min = 3
    override.small.match=env in (dev,test)
        -match = "env=dev" +match = "env in (dev,test)"
    override.large.autoscale.min=3
        there is no block override "large" in this block | service | write `override "large" { … }` into the file first
    shutdown.grace=30s
        there is no block shutdown in this block | service | write `shutdown { … }` into the file first
    replicas=3
        +replicas = 3
    command=["a"]
        +command = ["a"]
    command=a
        `command` takes a list | - | write it as in HCL: 'command=["a", "b"]'
    command=[var.x]
        `command` takes a list | - | write it as in HCL: 'command=["a", "b"]'
    imgae=x
        service has no argument or block `imgae` | service | did you mean `image`?
    traffic.peak_rps=3
        +traffic  = { peak_rps = 3 }
    "#);
}

#[test]
fn a_value_goes_into_a_map_as_its_neighbours_are_written() {
    for (before, after) in [
        ("{}", "{ n = 1 }"),
        ("{ a = 1 }", "{ a = 1, n = 1 }"),
        ("{ a = 1, }", "{ a = 1, n = 1, }"),
        ("{ a: 1 }", "{ a: 1, n : 1 }"),
        ("{\n  }", "{\n    n = 1\n  }"),
        ("{\n    abc = 1 # x\n  }", "{\n    abc = 1 # x\n    n   = 1\n  }"),
        ("{\n    abc = 1, # x\n  }", "{\n    abc = 1, # x\n    n   = 1,\n  }"),
        (
            "{\n    a = {\n      b = 1\n    }\n\n    # end\n  }",
            "{\n    a = {\n      b = 1\n    }\n    n = 1\n\n    # end\n  }",
        ),
        ("{\n    a = 1 }", "{\n    a = 1, n = 1 }"),
        ("{ a = 1,\n    b = 2, c = 3\n  }", "{ a = 1,\n    b = 2, c = 3, n = 1\n  }"),
    ] {
        for end in ["\n", "\r\n"] {
            let text = |map: &str| format!("cluster \"a\" {{\n  values = {map}\n}}\n").replace('\n', end);
            assert_eq!(told(&text(before), "cluster/a", "values.n=1"), text(after), "{before}");
        }
    }
    let text = "cluster \"a\" {\n  labels = { a = \"1\" }\n}\n";
    let set = told(text, "cluster/a", "labels.\"x/y.z\"=1");
    assert_eq!(set, "cluster \"a\" {\n  labels = { a = \"1\", \"x/y.z\" = \"1\" }\n}\n");
}

#[test]
fn a_value_stays_a_string() {
    let text = "variable \"a\" {\n  type    = string\n  default = \"\"\n}\n";
    for value in ["\"${a}\\\n%{b}", "$${", "%%{ x", "a\u{feff}\u{202e}\u{7}\tb", "$", "é 👩‍👩‍👧", "EOT\n"]
    {
        let edited =
            set(text, &Address::parse("variable.a").unwrap(), &Assignment::argument("default", value))
                .unwrap();
        let body = parse_body(&edited.text).unwrap();
        let block = body.iter().find_map(Structure::as_block).unwrap();
        let written = &place::attribute(block, "default").unwrap().value;
        assert_eq!(crate::fleet::literal::text(written).as_deref(), Some(value), "{}", edited.after);
        assert_eq!(
            edited.after.chars().filter(|c| c.is_control() || *c == '\u{202e}').count(),
            0,
            "{}",
            edited.after
        );
    }
}

#[test]
fn blocks_are_found_by_their_address() {
    let text = "fleet \"shop\" {\n  templates = \"a\"\n}\nlocals {\n  a = 1\n}\nlocals {\n  b = var.b.c[\"d\"]\n}\noutput \"o\" {\n  value = \"x\"\n}\nmoved {\n  from = component.a\n  to   = component.b\n}\n";
    let tell = |block: &str, assignment: &str| told(text, block, assignment).replace(text, "");
    assert!(tell("fleet", "templates=b").contains("templates = \"b\""));
    assert!(tell("fleet/shop", "templates=b").contains("templates = \"b\""));
    assert!(tell("locals", "a=2").contains("a = 2"));
    assert!(tell("output.o", "value=y").contains("value = \"y\""));
    let lines = [
        ("local", "b=2"),
        ("locals/b", "b=2"),
        ("locals", "c=2"),
        ("fleet/other", "templates=b"),
        ("servce/web", "a=1"),
        ("service", "a=1"),
        ("service/", "a=1"),
        ("", "a=1"),
        ("moved", "from=component.c"),
        ("fleet", ""),
        ("fleet", "=1"),
        ("fleet", "a..b=1"),
        ("fleet", "a"),
        ("fleet", "\"a=1"),
        ("fleet", "a\"b\"=1"),
    ];
    let lines: Vec<String> =
        lines.iter().map(|(block, set)| format!("{block} {set}: {}", tell(block, set))).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    local b=2: `b` is the expression `var.b.c["d"]`, not a literal | var.b.c["d"] | 
    locals/b b=2: `locals` has no name | - | write `locals b=VALUE`
    locals c=2: the file does not hold locals once | - | 
    fleet/other templates=b: the file does not hold fleet "other" once | - | 
    servce/web a=1: a fleet has no block `servce` | - | did you mean `service`?
    service a=1: which `service`? | - | name it: service/NAME
    service/ a=1: which `service`? | - | name it: service/NAME
     a=1: a fleet has no block `` | - | name a block as KIND/NAME; KIND is fleet, variable, locals, output, cluster, profile, component, service, override, excuse, gate, rollout and 1 more
    moved from=component.c: `from` is the expression `component.a`, not a literal | component.a | 
    fleet : "" is not PATH=VALUE: a step of the path is empty | - | write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels."a.b/c"=x'
    fleet =1: "=1" is not PATH=VALUE: a step of the path is empty | - | write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels."a.b/c"=x'
    fleet a..b=1: "a..b=1" is not PATH=VALUE: a step of the path is empty | - | write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels."a.b/c"=x'
    fleet a: "a" is not PATH=VALUE: there is no `=` | - | write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels."a.b/c"=x'
    fleet "a=1: "\"a=1" is not PATH=VALUE: a quote is not closed | - | write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels."a.b/c"=x'
    fleet a"b"=1: "a\"b\"=1" is not PATH=VALUE: a quote stands within a step | - | write it as `autoscale.max=80`; a key with a dot in it stands in quotes: 'labels."a.b/c"=x'
    "#);
    let reference = edit(text, "locals", "b=2").unwrap_err().reference.unwrap();
    assert_eq!(reference, ["var", "b", "c", "d"]);
}

#[test]
fn the_default_of_a_sensitive_variable_is_a_secret() {
    let edited = edit(SERVICE, "variable/token", "default=other").unwrap();
    assert!(edited.is_secret && edited.text.contains("  default   = \"other\" # secret\n"));
    let text = "variable \"a\" {\n  default   = [upper(\"hunter2\")]\n  sensitive = true\n}\n";
    assert!(!told(text, "variable/a", "default=[]").split(" | ").next().unwrap().contains("hunter2"));
    assert!(
        !edit("variable \"a\" {\n  default   = 1\n  sensitive = false\n}\n", "variable/a", "default=2")
            .unwrap()
            .is_secret
    );
}

#[test]
fn names_are_listed_for_every_block() {
    assert_eq!(
        names("fleet \"x\" {}\nlocals {\n  a = 1\n}\nservice \"b\" {}\n"),
        ["fleet/x", "locals/a", "service/b"]
    );
    assert_eq!(names("fleet {"), [""; 0]);
}
