// Command lab is what the tests ask when they want to know what the code of Kubernetes and of HCL does.
//
//	lab yaml             what sigs.k8s.io/yaml reads
//	lab hcl              how hclwrite lays HCL out
//	lab objects FILE…    the objects in YAML files, as JSON
//	lab serve FOLDER     clusters, started and stopped on request
package main

import (
	"bufio"
	"errors"
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
	if len(args) == 0 {
		return errors.New("expected a subcommand: yaml, hcl, objects, serve")
	}
	switch args[0] {
	case "yaml":
		return answerAll(bufio.NewReader(in), bufio.NewWriter(out), func(text []byte) any { return readYAML(text) })
	case "hcl":
		return answerAll(bufio.NewReader(in), bufio.NewWriter(out), layOut)
	case "objects":
		return printObjects(args[1:], out)
	case "serve":
		if len(args) != 2 {
			return errors.New("expected the folder to work in")
		}
		return serve(args[1], in, out)
	default:
		return fmt.Errorf("unknown subcommand %q", args[0])
	}
}
