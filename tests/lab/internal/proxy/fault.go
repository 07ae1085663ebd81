package proxy

import (
	"net/http"
	"slices"
	"time"
)

// Fault is what happens to a request.
type Fault struct {
	// Kind is one of those below.
	Kind string `json:"kind"`
	// Milliseconds that Delay waits.
	Milliseconds int `json:"milliseconds"`
	// Bytes of the body that Truncate and StallBody let through.
	Bytes int `json:"bytes"`
	// Status, Headers and Body that Answer sends.
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	// Acted is whether the API server gets the request before Answer hides what it said.
	Acted bool `json:"acted"`
}

const (
	// Delay waits before the request goes on.
	Delay = "delay"
	// Stall takes the request and never says anything.
	Stall = "stall"
	// StallBody sends the beginning of the server's answer and then nothing more.
	StallBody = "stall-body"
	// ResetBefore resets the connection before the server has seen the request.
	ResetBefore = "reset-before"
	// ResetAfter resets the connection when the server has acted, and says nothing of it.
	ResetAfter = "reset-after"
	// Truncate closes the connection in the middle of the server's answer.
	Truncate = "truncate"
	// Answer says something else than the server: another status, or another content.
	Answer = "answer"
	// Close sends the server's answer and ends the connection: on HTTP/2, GOAWAY.
	Close = "close"
)

func (f *Fault) known() bool {
	return slices.Contains(
		[]string{Delay, Stall, StallBody, ResetBefore, ResetAfter, Truncate, Answer, Close}, f.Kind)
}

// act lets a request meet a fault, or none.
func (p *Proxy) act(w http.ResponseWriter, r *request, fault *Fault) error {
	if fault == nil {
		return p.pass(w, r, whole)
	}
	switch fault.Kind {
	case Delay:
		select {
		case <-time.After(time.Duration(fault.Milliseconds) * time.Millisecond):
			return p.pass(w, r, whole)
		case <-r.Context().Done():
			return r.Context().Err()
		}
	case Stall:
		<-r.Context().Done()
		return nil
	case ResetBefore:
		return reset(w)
	case ResetAfter:
		if err := p.let(r); err != nil {
			return err
		}
		return reset(w)
	case Truncate, StallBody:
		if err := p.pass(w, r, int64(fault.Bytes)); err != nil {
			return err
		}
		if fault.Kind == StallBody {
			<-r.Context().Done()
		}
		// Without the body's end, whether its length was announced or it came in chunks.
		panic(http.ErrAbortHandler)
	case Answer:
		if fault.Acted {
			if err := p.let(r); err != nil {
				return err
			}
		}
		for name, value := range fault.Headers {
			w.Header().Set(name, value)
		}
		p.send(w, r, fault.Status, []byte(fault.Body))
		return nil
	case Close:
		w.Header().Set("Connection", "close")
		return p.pass(w, r, whole)
	}
	return nil
}
