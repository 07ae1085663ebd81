package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"sigs.k8s.io/yaml"
)

// answer is one line of output. Values are written so that none is mistaken for another: a map as
// {"map": {…}}, a number as {"number": "its JSON text"}, everything else as itself.
type answer struct {
	// OK is the value, read strictly: no key twice.
	OK any `json:"ok"`
	// Error is why it was not read strictly.
	Error string `json:"error,omitempty"`
	// Lax is the value as kubectl reads manifests, where strict reading failed.
	Lax any `json:"lax,omitempty"`
}

func readYAML(text []byte) (result answer) {
	// go-yaml panics on some texts; that is an answer too.
	defer func() {
		if problem := recover(); problem != nil {
			result = answer{Error: fmt.Sprint("panic: ", problem)}
		}
	}()
	value, err := readWith(yaml.YAMLToJSONStrict, text)
	if err == nil {
		return answer{OK: value}
	}
	result.Error = err.Error()
	if value, err := readWith(yaml.YAMLToJSON, text); err == nil {
		result.Lax = value
	}
	return result
}

func readWith(toJSON func([]byte) ([]byte, error), text []byte) (any, error) {
	data, err := toJSON(text)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return tagged(value), nil
}

func tagged(value any) any {
	switch value := value.(type) {
	case json.Number:
		return map[string]any{"number": value.String()}
	case map[string]any:
		inner := make(map[string]any, len(value))
		for key, value := range value {
			inner[key] = tagged(value)
		}
		return map[string]any{"map": inner}
	case []any:
		inner := make([]any, len(value))
		for at, value := range value {
			inner[at] = tagged(value)
		}
		return inner
	default:
		return value
	}
}
