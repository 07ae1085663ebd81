package main

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// layout is what HCL's own code makes of a text.
type layout struct {
	// Formatted is the text as hclwrite lays it out, which is what `terraform fmt` begins with.
	Formatted string `json:"formatted"`
	// Error is why it does not parse.
	Error string `json:"error,omitempty"`
}

func layOut(text []byte) any {
	answer := layout{Formatted: string(hclwrite.Format(text))}
	if _, problems := hclsyntax.ParseConfig(text, "x", hcl.InitialPos); problems.HasErrors() {
		answer.Error = problems.Error()
	}
	return answer
}
