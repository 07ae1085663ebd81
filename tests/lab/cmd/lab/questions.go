package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// answerAll reads texts, each after its length in bytes as four bytes, most significant first, and
// writes one line of JSON for each as soon as it was asked.
func answerAll(in *bufio.Reader, out *bufio.Writer, read func([]byte) any) error {
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for {
		var length [4]byte
		if _, err := io.ReadFull(in, length[:]); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("length of a request: %w", err)
		}
		text := make([]byte, binary.BigEndian.Uint32(length[:]))
		if _, err := io.ReadFull(in, text); err != nil {
			return fmt.Errorf("request: %w", err)
		}
		if err := lines.Encode(read(text)); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}
