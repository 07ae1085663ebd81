//! What is written into a template before it is loaded changes nothing of what it prints.

use proptest::collection::vec;
use proptest::prelude::*;
use tera::Tera;

use super::Fleet;
use crate::render::context::Shared;
use crate::render::convert::Variant;
use crate::render::engine::Engine;
use crate::render::filter;

const SETTINGS: &str = r#"values.a = "text"
values.b = [1, 2]
values.c = {"k": "v", "l": ["w"]}
values.d = 7
values.e = ""
"#;
const PARTS: &str = "{% component box(v) %}[{{ v }}\n  {{- 1 }} ]{% endcomponent %}{% component wrap() %}<{{ body }}\n>{% endcomponent %}";
const INCLUDED: &str = "inc {{ values.a }}\n  {%- if values.d > 3 %} big\n{% endif -%}\n x\n";

/// A template out of pieces; some of them need a value that is not there, and fail.
fn template() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "text",
        "\n",
        "  ",
        "\n    indented: x",
        " # comment\n",
        "- {{ values.a }}",
        "{{ values.a }}",
        "{{- values.d -}}",
        "\n  {{ values.a | upper }}\n",
        "{{ values.c | to_yaml | indent(width=2) }}",
        "{{ values.c.l[0] }}",
        "{{ values.c[\"k\"] ~ values.d }}",
        "{{ [x * 2 for x in values.b] | join(sep=\"-\") }}",
        "{{ -values.d + 2 }}",
        "{{ values.a if values.d is odd else values.typo }}",
        "{{ values.typo | default(value=values.a) }}",
        "{{ values.x?.y is defined }}",
        "{# a\ncomment -#}\n",
        "{% raw -%}\n {{ x }} \n{%- endraw %}",
        "{{ values.e }}",
        "{% include \"lib/inc.yaml\" %}",
        "{{ <box v={values.d} /> }}",
        "{{ <box v=\"s\" /> | trim }}",
        "{% set v = values.c.k ~ 'x' %}",
        "{{ not values.e or (values.d == 7 and values.a in ['text']) }}",
        "ü∆\u{2028}",
        "{{ values.b | length + 1 }}",
        "{% set_global w -%} cap {{ values.a }} {%- endset %}{{ w | length }}:{{ w }}",
    ]);
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let body = vec(inner, 1..4).prop_map(|parts| parts.concat());
        let dash = prop::sample::select(vec!["", "-"]);
        let kind = prop::sample::select(vec!["if", "for", "forkv", "filter", "wrap", "else", "plain"]);
        (kind, body.clone(), body, dash.clone(), dash).prop_map(|(kind, body, other, l, r)| match kind {
            "if" => format!("{{%{l} if values.d > 3 {r}%}}{body}{{%{r} endif {l}%}}"),
            "else" => format!("{{%{l} if values.e {r}%}}{body}{{% else {l}%}}{other}{{%{r} endif %}}"),
            "for" => format!("{{%{l} for i in values.b {r}%}}{body}{{{{ loop.index }}}}{{%{l} endfor {r}%}}"),
            "forkv" => format!("{{% for k, v in values.c {r}%}}{{{{{l} k }}}}{body}{{%{l} endfor %}}"),
            "filter" => format!("{{%{l} filter upper %}}{body}{{% endfilter {r}%}}"),
            "wrap" => format!("{{% <wrap> {r}%}}{body}{{%{l} </wrap> %}}{other}"),
            _ => format!("{body}\n{other}"),
        })
    })
}

/// What the engine prints, and what Tera prints of the template as it is.
fn both(template: &str) -> (Option<String>, Option<String>) {
    let fleet = Fleet::new(template)
        .file("templates/lib/inc.yaml", INCLUDED)
        .file("templates/lib/parts.yaml", PARTS)
        .set(SETTINGS);
    let (resolved, sources, mut map) = fleet.resolved();
    let (engine, problems) = Engine::load(&resolved.templates, &resolved.named(), &sources, &mut map);
    let engine = engine.unwrap_or_else(|| panic!("{template}\n{}", super::told(problems, &map)));
    let (shared, _) = Shared::of(&resolved, Variant::Real);
    let cluster = &resolved.clusters[0];
    let (context, _) = shared.unit(0, cluster, &cluster.units[0], Variant::Real);
    let (_, loaded) = engine.template(&cluster.units[0].templates[0].path).unwrap();
    let ours = engine.render(loaded, &context).ok().map(|text| text.text);

    let mut tera = Tera::default();
    filter::register(&mut tera);
    tera.autoescape_on(Vec::<&str>::new());
    tera.add_raw_templates([("web/a.yaml", template), ("lib/inc.yaml", INCLUDED), ("lib/parts.yaml", PARTS)])
        .unwrap();
    (ours, tera.render("web/a.yaml", &context).ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_prints_what_tera_prints(template in template()) {
        let (ours, plain) = both(&template);
        prop_assert_eq!(ours, plain, "{}", template);
    }

    #[test]
    fn no_template_makes_it_panic(pieces in vec(prop::sample::select(vec![
        "{{", "}}", "{%", "%}", "{#", "#}", "-", " ", "\n", "if", "for", "in", "x", "values", ".", "[", "]", "(", ")",
        "|", "=", "==", "set", "endset", "endif", "endfor", "raw", "endraw", "block", "endblock", "component",
        "endcomponent", "<", ">", "/>", "</", "{", "}", "\"", "'", "`", "\\", "1", "1.5", "?.", "?[", "...", ",", ":",
        "not", "is", "defined", "default", "include", "extends", "\"web/a.yaml\"", "filter", "super()", "ü", "loop",
        "break", "true", "@", "~", "if values", "{% if x %}", "{{ values.a }}", "%", "__tera_context",
    ]), 0..24), spaced in any::<bool>()) {
        let template = pieces.join(if spaced { " " } else { "" });
        Fleet::new(&template).set(SETTINGS).run();
    }
}
