// Command lab is what the tests ask when they want to know what Kubernetes' own code does.
//
//	lab yaml    what sigs.k8s.io/yaml reads
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("expected one subcommand, got %d", len(args))
	}
	switch args[0] {
	case "yaml":
		return answerYAML(bufio.NewReader(in), bufio.NewWriter(out))
	default:
		return fmt.Errorf("unknown subcommand %q", args[0])
	}
}
