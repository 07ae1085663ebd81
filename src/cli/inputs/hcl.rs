//! Variables written in HCL: `name = value`, as in a `.tfvars` file.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::parser::parse_body;
use hcl_edit::structure::Structure;

use super::codes;
use crate::cluster::{Given, GivenFrom, GivenValue};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, SourceMap, Span};
use crate::fleet::flush_heredocs;

/// The variables of the file, not evaluated: their expressions may not refer to anything.
pub fn read(file: FileId, sources: &mut SourceMap, problems: &mut Diagnostics) -> Vec<Given> {
    let (name, text) = match sources.file(file) {
        Some(file) => (file.path().to_owned(), file.text().to_owned()),
        None => return Vec::new(),
    };
    let body = match parse_body(&text) {
        Ok(mut body) => {
            flush_heredocs(&mut body, &text);
            body
        }
        Err(error) => {
            let offset = error.location().offset().min(text.len());
            // As for JSON: a broken file cannot tell what is secret.
            sources.hide(Span::new(file, 0..text.len()));
            problems.push(
                Diagnostic::error(codes::VARIABLES_SYNTAX, format!("{name}: {}", error.message()))
                    .at(Span::new(file, offset..offset), "")
                    .note("the text is hidden, since it may hold secrets")
                    .help("write one variable to a line, as in `image = \"registry.example.com/a:1\"`"),
            );
            return Vec::new();
        }
    };
    let mut variables = Vec::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let span = Span::new(file, attribute.value.span().unwrap_or(0..0));
                variables.push(Given {
                    name: Arc::from(attribute.key.as_str()),
                    value: GivenValue::Expression(Box::new(attribute.value)),
                    from: GivenFrom::File,
                    span,
                });
            }
            Structure::Block(block) => problems.push(
                Diagnostic::error(
                    codes::VARIABLES_CONTENT,
                    format!("{name}: a file of variables has no blocks; found `{}`", block.ident.as_str()),
                )
                .at(Span::new(file, block.ident.span().unwrap_or(0..0)), "")
                .help("write `name = value`; blocks belong into the fleet's own files"),
            ),
        }
    }
    variables
}
