package proxy

import (
	"crypto/tls"
	"sync"
	"time"

	"fleetwright.dev/lab/internal/certs"
)

// certified is the name in the proxy's certificate.
const certified = "kube-apiserver"

// Validity is when a certificate holds, in seconds from now.
type Validity struct {
	From  int `json:"from"`
	Until int `json:"until"`
}

func (Validity) moment(seconds int) time.Time {
	return time.Now().Add(time.Duration(seconds) * time.Second)
}

// serving is the certificate that new connections are shown.
type serving struct {
	mutex       sync.Mutex
	certificate *tls.Certificate
}

func (s *serving) show(pair certs.Pair) error {
	certificate, err := tls.X509KeyPair(pair.Cert, pair.Key)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.certificate = &certificate
	return nil
}

func (s *serving) current(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.certificate, nil
}

// Client is what a user shows who comes with a certificate, as PEM.
type Client struct {
	Cert string `json:"cert"`
	Key  string `json:"key"`
}

// Identify makes a certificate of a user that holds then.
func (p *Proxy) Identify(user string, when Validity) (*Client, error) {
	pair, err := p.authority.ClientBetween(when.moment(when.From), when.moment(when.Until), user)
	if err != nil {
		return nil, err
	}
	return &Client{Cert: string(pair.Cert), Key: string(pair.Key)}, nil
}

// Certify shows new connections a certificate that holds then. Those that are there stay.
func (p *Proxy) Certify(when Validity) error {
	pair, err := p.authority.ServerBetween(certified, when.moment(when.From), when.moment(when.Until))
	if err != nil {
		return err
	}
	return p.serving.show(pair)
}
