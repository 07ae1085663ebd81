package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
)

// target is an API server that requests are passed on to.
type target struct {
	url *url.URL
	// anyone passes on requests without a certificate, users those with one.
	anyone *http.Transport
	users  map[string]*http.Transport
}

func newTarget(backend Backend) (*target, error) {
	address, err := url.Parse(backend.URL)
	if err != nil {
		return nil, err
	}
	roots, err := rootsOf(backend)
	if err != nil {
		return nil, err
	}
	t := &target{url: address, users: map[string]*http.Transport{}}
	t.anyone = newTransport(&tls.Config{RootCAs: roots})
	for name, pair := range backend.Users {
		client, err := tls.X509KeyPair(pair.Cert, pair.Key)
		if err != nil {
			return nil, err
		}
		t.users[name] = newTransport(&tls.Config{RootCAs: roots, Certificates: []tls.Certificate{client}})
	}
	return t, nil
}

func rootsOf(backend Backend) (*x509.CertPool, error) {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(backend.Authority.PEM) {
		return nil, errors.New("the authority cannot be read")
	}
	return roots, nil
}

func newTransport(config *tls.Config) *http.Transport {
	// What the server compressed reaches the client as it is.
	return &http.Transport{TLSClientConfig: config, DisableCompression: true, ForceAttemptHTTP2: true}
}

func (t *target) close() {
	t.anyone.CloseIdleConnections()
	for _, transport := range t.users {
		transport.CloseIdleConnections()
	}
}

type targetKey struct{}

func targetOf(ctx context.Context) *target {
	aimed, _ := ctx.Value(targetKey{}).(*target)
	return aimed
}

// connections is the clients' connections, and where new ones lead.
type connections struct {
	mutex sync.Mutex
	open  map[net.Conn]struct{}
	next  *target
}

// lead ends every connection; those that come go to this target.
func (c *connections) lead(to *target) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for connection := range c.open {
		// Whoever asks for another connection meanwhile waits for the lock.
		if secure, ok := connection.(*tls.Conn); ok {
			connection = secure.NetConn()
		}
		_ = connection.Close()
	}
	c.open, c.next = map[net.Conn]struct{}{}, to
}

// leadNew lets the connections that come go to this target; those that are open stay.
func (c *connections) leadNew(to *target) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.next = to
}

func (c *connections) current() *target {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.next
}

// aimed tells the requests of a new connection where they go.
func (c *connections) aimed(ctx context.Context) context.Context {
	return context.WithValue(ctx, targetKey{}, c.current())
}

func (c *connections) changed(connection net.Conn, state http.ConnState) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch state {
	case http.StateClosed, http.StateHijacked:
		delete(c.open, connection)
	case http.StateNew, http.StateActive, http.StateIdle:
		c.open[connection] = struct{}{}
	}
}
