//! What the layout is at a glance; `tests/it/fmt_oracle.rs` holds it to hclwrite.

use super::*;

#[test]
fn a_text_is_laid_out() {
    let text = "service   \"web\"   {\nimage=\"a\"   # why\n    namespace   = \"b\" //  and\n\n\n  ports=[ 80,443 , ]\n  \
                env={A=\"${ var.a }\",B:-1}\nautoscale {\nmin=1\n   }\n  query = <<-EOT\n      ${  x  }\n\tEOT\n}";
    insta::assert_snapshot!(format(text).unwrap(), @r#"
    service "web" {
      image     = "a" # why
      namespace = "b" //  and


      ports = [80, 443, ]
      env   = { A = "${var.a}", B : -1 }
      autoscale {
        min = 1
      }
      query = <<-EOT
          ${x}
    	EOT
    }
    "#);
}

#[test]
fn what_is_no_hcl_is_refused() {
    for text in ["a {\n", "a = \n", "a = \"x\n", "a = <<E\nx\n", "}\n", "a = 1 b = 2\n"] {
        assert_eq!(format(text), Err(FormatError::Syntax), "{text}");
    }
}

#[test]
fn comments_are_told_from_strings() {
    for (text, has) in
        [("[1, 2]", false), ("[1, # x\n2]", true), ("\"# ${a /* x */}\"", true), ("\"# //\"", false)]
    {
        assert_eq!(has_comment(text), has, "{text}");
    }
}

/// One pass: what is long or deep takes no longer than it must, and no stack.
#[test]
fn long_and_deep_texts_are_laid_out() {
    let long = format!("a=\"{}\"\n", "x${b}".repeat(1 << 18));
    assert_eq!(format(&long).unwrap().len(), long.len() + 2);
    let short: String = (0..1 << 10).map(|number| format!("a{number:04} = 1 # x\n")).collect();
    let wide = format!("{short}b0000 = \"{}\" # x\n", "x".repeat(1 << 14));
    assert_eq!(format(&wide).unwrap(), wide);
    let deep = format!("a={}1{}\n", "[\n".repeat(60), "\n]".repeat(60));
    assert!(format(&deep).unwrap().contains(&format!("\n{}1\n", " ".repeat(120))));
}
