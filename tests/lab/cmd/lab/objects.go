package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

// printObjects writes the objects of YAML files, one line of JSON each, in the order of the files.
func printObjects(paths []string, out io.Writer) error {
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		// As the readers of Kubernetes split: "---" at the beginning of a line, whatever it is in.
		for _, document := range bytes.Split(append([]byte("\n"), text...), []byte("\n---")) {
			object, err := yaml.YAMLToJSON(document)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if bytes.Equal(object, []byte("null")) {
				continue
			}
			if err := json.NewEncoder(out).Encode(json.RawMessage(object)); err != nil {
				return err
			}
		}
	}
	return nil
}
