// Package proxy stands between a client and an API server: it lets some requests meet a fault, and
// records all of them.
package proxy

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"math"
	"net"
	"net/http"

	"fleetwright.dev/lab/internal/certs"
)

// Backend is the API server behind a proxy, and what it takes to stand in for it.
type Backend struct {
	// URL is where it answers.
	URL string
	// Authority is trusted by both sides, and signs the proxy's own certificate.
	Authority *certs.Authority
	// Users by name: who comes with a certificate is passed on with that of the same name, since no
	// proxy can pass on the client's own. Tokens go through as they are.
	Users map[string]certs.Pair
}

// Proxy is a running proxy.
type Proxy struct {
	// URL is where it answers.
	URL string

	authority *certs.Authority
	server    *http.Server
	serving   serving
	connections
	journal
	script
}

// request is one with its body read, and its record.
type request struct {
	*http.Request
	body   []byte
	record *Record
}

// whole is the length of a body that nothing cuts.
const whole = math.MaxInt64

// Start listens on a free port of the loopback address.
func Start(backend Backend) (*Proxy, error) {
	target, err := newTarget(backend)
	if err != nil {
		return nil, err
	}
	roots, err := rootsOf(backend)
	if err != nil {
		return nil, err
	}
	p := &Proxy{authority: backend.Authority}
	p.connections.lead(target)
	pair, err := backend.Authority.Server(certified)
	if err != nil {
		return nil, err
	}
	if err := p.serving.show(pair); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.URL = "https://" + listener.Addr().String()
	p.server = &http.Server{
		Handler:     p,
		ConnContext: p.accepted,
		ConnState:   p.connections.changed,
		ErrorLog:    log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{
			GetCertificate: p.serving.current,
			ClientAuth:     tls.VerifyClientCertIfGiven,
			ClientCAs:      roots,
			// Who resumes a session does not look at the certificate again.
			SessionTicketsDisabled: true,
		},
	}
	// Ends when the server is closed.
	go func() { _ = p.server.ServeTLS(listener, "", "") }()
	return p, nil
}

// accepted tells the requests of a connection its number and where they go.
func (p *Proxy) accepted(ctx context.Context, connection net.Conn) context.Context {
	return p.journal.numbered(p.connections.aimed(ctx), connection)
}

// Redirect leads to another server from now on: every connection ends, and the next ones go there, as happens when
// an address changes hands.
func (p *Proxy) Redirect(backend Backend) error {
	target, err := newTarget(backend)
	if err != nil {
		return err
	}
	p.connections.lead(target)
	return nil
}

// RedirectNew leads new connections to another server from now on, as happens when a name is given another address.
func (p *Proxy) RedirectNew(backend Backend) error {
	target, err := newTarget(backend)
	if err != nil {
		return err
	}
	p.connections.leadNew(target)
	return nil
}

// Add lets requests meet a fault from now on.
func (p *Proxy) Add(rule Rule) error { return p.script.add(rule) }

// Clear takes all rules back.
func (p *Proxy) Clear() { p.script.clear() }

// Records is every request so far, in the order of arrival.
func (p *Proxy) Records() []Record { return p.journal.all() }

// Close ends the proxy and every connection to it.
func (p *Proxy) Close() {
	_ = p.server.Close()
	p.connections.current().close()
}

// ServeHTTP takes one request.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	record := p.journal.begin(r, body)
	defer p.journal.end(record)
	fault := p.script.meet(record)
	if fault != nil {
		p.journal.change(func() { record.Fault = fault.Kind })
	}
	if err := p.act(w, &request{Request: r, body: body, record: record}, fault); err != nil {
		// Nothing that a test asked for: it must not look like an answer of the server.
		panic(http.ErrAbortHandler)
	}
}

// forward sends the request to the server, as the same user.
func (p *Proxy) forward(ctx context.Context, r *request) (*http.Response, error) {
	out := r.Clone(ctx)
	target := targetOf(r.Context())
	out.URL.Scheme, out.URL.Host, out.Host, out.RequestURI = target.url.Scheme, target.url.Host, "", ""
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(r.body)), int64(len(r.body))
	out.Header.Del("Connection")
	transport := target.anyone
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		user := r.TLS.PeerCertificates[0].Subject.CommonName
		if transport = target.users[user]; transport == nil {
			return nil, errors.New("no user " + user)
		}
	}
	response, err := transport.RoundTrip(out)
	if err == nil {
		p.journal.change(func() { r.record.Acted = response.StatusCode })
	}
	return response, err
}

// pass sends the server's answer on as it comes, which for a watch is for a long time, up to a length
// of its body.
func (p *Proxy) pass(w http.ResponseWriter, r *request, length int64) error {
	response, err := p.forward(r.Context(), r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	copyHeaders(w.Header(), response.Header)
	p.send(w, r, response.StatusCode, nil)
	_, err = io.Copy(flushing{w}, io.LimitReader(response.Body, length))
	return err
}

// let makes the server act and hears no more than the status. It does not depend on whether the client
// is still there.
func (p *Proxy) let(r *request) error {
	response, err := p.forward(context.WithoutCancel(r.Context()), r)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// send begins an answer to the client, with as much of its body.
func (p *Proxy) send(w http.ResponseWriter, r *request, status int, body []byte) {
	p.journal.change(func() { r.record.Answered = status })
	w.WriteHeader(status)
	// A client that is gone needs no answer.
	_, _ = flushing{w}.Write(body)
}

func copyHeaders(to, from http.Header) {
	for name, values := range from {
		if name != "Connection" {
			to[name] = values
		}
	}
}

// flushing sends on what was written at once.
type flushing struct {
	http.ResponseWriter
}

func (f flushing) Write(bytes []byte) (int, error) {
	count, err := f.ResponseWriter.Write(bytes)
	if err == nil {
		err = http.NewResponseController(f.ResponseWriter).Flush()
	}
	return count, err
}

// reset ends the connection with RST. On HTTP/2, where a connection carries other requests too, it
// resets the request's stream.
func reset(w http.ResponseWriter) error {
	connection, _, err := http.NewResponseController(w).Hijack()
	if errors.Is(err, http.ErrNotSupported) {
		panic(http.ErrAbortHandler)
	} else if err != nil {
		return err
	}
	if secure, ok := connection.(*tls.Conn); ok {
		connection = secure.NetConn()
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			return err
		}
	}
	return connection.Close()
}
