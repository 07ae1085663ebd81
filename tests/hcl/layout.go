package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

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

// layOutAll reads texts, each after its length in bytes as four bytes, most significant first, and writes one line of
// JSON for each as soon as it was asked.
func layOutAll(in io.Reader, out io.Writer) error {
	texts := bufio.NewReader(in)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for {
		var length [4]byte
		if _, err := io.ReadFull(texts, length[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("length of a text: %w", err)
		}
		text := make([]byte, binary.BigEndian.Uint32(length[:]))
		if _, err := io.ReadFull(texts, text); err != nil {
			return fmt.Errorf("text: %w", err)
		}
		answer := layout{Formatted: string(hclwrite.Format(text))}
		if _, problems := hclsyntax.ParseConfig(text, "x", hcl.InitialPos); problems.HasErrors() {
			answer.Error = problems.Error()
		}
		if err := lines.Encode(answer); err != nil {
			return err
		}
	}
}
