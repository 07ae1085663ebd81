//! Queries that are not known yet, values that are null, secrets, and the way from Terraform's state into the fleet.

use serde_json::{Value, json};

use super::Work;

const FLEET: &str = "\
fleet \"demo\" {
  templates = \".\"
}

cluster \"prod-a\" {
  labels  = { env = \"prod\" }
  context = \"prod-a\"
}

variable \"note\" {
  type    = string
  default = \"none\"
}

variable \"colour\" {
  type     = string
  default  = \"blue\"
  nullable = false
}

variable \"token\" {
  type      = string
  default   = \"hunter2\"
  sensitive = true
}

output \"note\" {
  value = var.note
}

output \"colour\" {
  value = var.colour
}

output \"token\" {
  value     = var.token
  sensitive = true
}
";

/// Writes down each query that the program is asked.
const WRITTEN_DOWN: &str = "[\"/bin/sh\", \"-c\", \"IFS= read -r query; echo \\\"$query\\\" >> calls; \
                            printf %s \\\"$query\\\" | fleetwright external\"]";

fn work(main: &str) -> Work {
    let work = Work::with(&[("fleet/fleet.hcl", FLEET)]);
    work.place.write("root/main.tf", &main.replace("WRITTEN_DOWN", WRITTEN_DOWN));
    work.init("root");
    work
}

const NOTES: &str = "\
resource \"terraform_data\" \"note\" {
  input = \"from a resource\"
}

module \"fleet\" {
  source         = \"../modules/fleet\"
  program        = WRITTEN_DOWN
  fleet          = \"../fleet\"
  hosts_output   = null
  weights_output = null
  outputs        = [\"colour\", \"note\"]
  variables      = { note = terraform_data.note.output, colour = null }
}

output \"notes\" {
  value = module.fleet.outputs
}
";

#[test]
fn what_is_not_known_yet_is_not_asked_before_the_apply() {
    let work = work(NOTES);
    work.done("root", &["plan", "-out=plan", "-no-color"]);
    assert!(!work.path("root/calls").exists(), "{}", work.place.read("root/calls"));
    work.done("root", &["apply", "-no-color", "plan"]);
    let notes = work.json("root", &["output", "-json", "notes"]);
    assert_eq!(notes, json!({"note": "from a resource", "colour": "blue"}));
    // A value that is null is not in the query.
    let calls = work.place.read("root/calls");
    let calls: Vec<Value> = calls.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        calls,
        [
            json!({"fleet": "../fleet", "var.note": "from a resource"}),
            json!({"fleet": "../fleet", "var.note": "from a resource", "cluster": "*"}),
        ]
    );
    // Known by now: asked at the plan.
    assert_eq!(work.run("root", &["plan", "-detailed-exitcode", "-no-color"]).status, Some(0));
    assert_eq!(work.place.read("root/calls").lines().count(), 4);
}

#[test]
fn a_secret_of_the_fleet_comes_neither_into_a_message_nor_into_a_state() {
    let asked = |outputs: &str| {
        format!(
            "module \"fleet\" {{\n  source = \"../modules/fleet\"\n  fleet = \"../fleet\"\n  hosts_output = null\n  \
             weights_output = null\n  outputs = [{outputs}]\n}}\n\
             output \"all\" {{\n  value = module.fleet.outputs\n}}\n\
             output \"warnings\" {{\n  value = module.fleet.warnings\n}}\n"
        )
    };
    let work = work(&asked("\"note\""));
    work.apply("root");
    work.shows_no_secret("root");
    let outputs = work.json("root", &["output", "-json"]);
    assert_eq!(outputs["all"]["value"], json!({"note": "none"}));
    let warnings = outputs["warnings"]["value"].as_array().unwrap();
    assert!(warnings.iter().any(|line| line.as_str().unwrap().contains("token")), "{warnings:?}");
    // Nobody asked for it: no plan warns of it.
    let plan = work.done("root", &["plan", "-no-color"]);
    assert!(!plan.contains("Check block"), "{plan}");

    work.place.write("root/main.tf", &asked("\"token\""));
    let problems = work.problems("root", &["plan"]);
    assert_eq!(
        problems,
        [
            "The fleet in ../fleet has no output that may be read under these names: token. It has colour, note. The \
          names come from `hosts_output`, `weights_output` and `outputs`; a sensitive output is never given."
        ]
    );

    work.place.write(
        "root/main.tf",
        "data \"external\" \"token\" {\n  program = [\"fleetwright\", \"external\"]\n  \
         query = { fleet = \"../fleet\", output = \"token\" }\n}\n\
         output \"token\" {\n  value = data.external.token.result\n}\n",
    );
    let problems = work.problems("root", &["apply", "-auto-approve"]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("sensitive"), "{problems:?}");
    assert!(!problems[0].contains("hunter2"), "{problems:?}");
    work.shows_no_secret("root");
}

/// The other way round, as `modules/README.md` shows it.
#[test]
fn load_balancers_go_from_the_state_into_the_fleet() {
    let work = Work::with(&[
        (
            "fleet/fleet.hcl",
            "fleet \"demo\" {\n  templates = \".\"\n}\n\ncluster \"prod-a\" {}\n\ncluster \"prod-b\" {}\n\n\
             variable \"load_balancers\" {\n  type = map(string)\n}\n\n\
             variable \"password\" {\n  type      = string\n  sensitive = true\n}\n\n\
             component \"hosts\" {\n  namespace = \"web\"\n  templates = [\"hosts.yaml\"]\n  values = {\n    \
             host     = var.load_balancers[cluster.name]\n    password = var.password\n  }\n}\n",
        ),
        (
            "fleet/hosts.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hosts\ndata:\n  host: {{ values.host | quote }}\n  \
             password: {{ values.password | quote }}\n",
        ),
    ]);
    work.place.write(
        "root/main.tf",
        "resource \"terraform_data\" \"load_balancer\" {\n  for_each = toset([\"prod-a\", \"prod-b\"])\n  \
         input = \"${each.key}.elb.example.com\"\n}\n\
         output \"load_balancers\" {\n  value = { for name, made in terraform_data.load_balancer : name => made.output }\n}\n\
         output \"password\" {\n  value = \"hunter2\"\n  sensitive = true\n}\n",
    );
    work.init("root");
    work.apply("root");
    work.place.write("outputs.json", &work.done("root", &["output", "-json"]));
    for cluster in ["prod-a", "prod-b"] {
        // What Terraform calls sensitive stays so: `run` looks for it.
        let arguments = ["render", "--var-file", "outputs.json", "--cluster", cluster];
        let (rendered, _) = work.place.run(&arguments).done();
        assert!(rendered.contains(&format!("host: {cluster}.elb.example.com")), "{rendered}");
        assert!(rendered.contains("password: "), "{rendered}");
    }
}
