//! What a text says, without its layout.

use hcl_edit::expr::{Array, FuncArgs, Object};
use hcl_edit::parser::parse_body;
use hcl_edit::structure::Body;
use hcl_edit::template::{ElseTemplateExpr, ForDirective, ForTemplateExpr, IfDirective, IfTemplateExpr};
use hcl_edit::visit_mut::{
    VisitMut, visit_array_mut, visit_else_template_expr_mut, visit_for_directive_mut,
    visit_for_template_expr_mut, visit_func_args_mut, visit_if_directive_mut, visit_if_template_expr_mut,
    visit_object_mut,
};

/// The parsed text, so that two are equal if they differ in layout and comments alone; `None` if it is no HCL.
pub fn meaning(text: &str) -> Option<Body> {
    let mut body = parse_body(text).ok()?;
    Plain.visit_body_mut(&mut body);
    Some(body)
}

/// hcl-edit leaves blanks and comments out of a comparison, but for those before a closing bracket and those around
/// the words of directives.
struct Plain;

impl VisitMut for Plain {
    fn visit_array_mut(&mut self, array: &mut Array) {
        array.set_trailing("");
        visit_array_mut(self, array);
    }

    fn visit_object_mut(&mut self, object: &mut Object) {
        object.set_trailing("");
        visit_object_mut(self, object);
    }

    fn visit_func_args_mut(&mut self, arguments: &mut FuncArgs) {
        arguments.set_trailing("");
        visit_func_args_mut(self, arguments);
    }

    fn visit_if_directive_mut(&mut self, directive: &mut IfDirective) {
        directive.endif_expr.set_preamble("");
        directive.endif_expr.set_trailing("");
        visit_if_directive_mut(self, directive);
    }

    fn visit_for_directive_mut(&mut self, directive: &mut ForDirective) {
        directive.endfor_expr.set_preamble("");
        directive.endfor_expr.set_trailing("");
        visit_for_directive_mut(self, directive);
    }

    fn visit_if_template_expr_mut(&mut self, part: &mut IfTemplateExpr) {
        part.set_preamble("");
        visit_if_template_expr_mut(self, part);
    }

    fn visit_else_template_expr_mut(&mut self, part: &mut ElseTemplateExpr) {
        part.set_preamble("");
        part.set_trailing("");
        visit_else_template_expr_mut(self, part);
    }

    fn visit_for_template_expr_mut(&mut self, part: &mut ForTemplateExpr) {
        part.set_preamble("");
        visit_for_template_expr_mut(self, part);
    }
}
