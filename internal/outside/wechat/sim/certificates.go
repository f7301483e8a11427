package sim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

// certLife is how long a certificate of the platform is good.
const certLife = 5 * 365 * 24 * time.Hour

// certificate is one of the platform, for merchants who do not use its public
// key yet.
type certificate struct {
	Serial string    `json:"serial"`
	Key    string    `json:"key"`
	PEM    string    `json:"pem"`
	From   time.Time `json:"from"`
}

// Certify has a merchant served with certificates of the platform (平台证书), or
// with its public key again.
func (s *Sim) Certify(number string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.books.Merchants[number]
	if !ok {
		return fmt.Errorf("no merchant %s", number)
	}
	m.Certificate = on
	s.books.Merchants[number] = m
	if on && len(s.books.Certs) == 0 {
		return s.renewed()
	}
	return s.saved()
}

// Renew makes a new certificate of the platform; the old ones are served on.
func (s *Sim) Renew() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.renewed()
}

// renewed makes a certificate; the caller holds the lock.
func (s *Sim) renewed() error {
	text, err := rehearsal.NewKey()
	if err != nil {
		return err
	}
	k, err := rehearsal.PrivateKey(text)
	if err != nil {
		return err
	}
	number, ok := new(big.Int).SetString("5"+hexText(20)[1:], 16)
	if !ok {
		return errors.New("make certificate: no number")
	}
	from := (clock.System{}).Now().Add(-time.Hour + time.Duration(len(s.books.Certs))*time.Minute)
	to := from.Add(certLife)
	tmpl := &x509.Certificate{SerialNumber: number, Subject: pkix.Name{CommonName: "Tenpay.com sign (simulated)"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &k.PublicKey, k)
	if err != nil {
		return fmt.Errorf("make certificate: %w", err)
	}
	s.books.Certs = append(s.books.Certs, certificate{strings.ToUpper(fmt.Sprintf("%040x", number)), text,
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), from})
	return s.saved()
}

// signingKey is what signs for a merchant: what he says he can check, else what
// he is served with.
func (s *Sim) signingKey(merchant, asked string) (serial string, key *rsa.PrivateKey, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	certs := s.books.Certs
	if asked == s.books.Serial || asked == "" && !s.books.Merchants[merchant].Certificate || len(certs) == 0 {
		return s.books.Serial, s.key, nil
	}
	use := certs[len(certs)-1]
	for _, c := range certs {
		if c.Serial == asked {
			use = c
		}
	}
	key, err = rehearsal.PrivateKey(use.Key)
	return use.Serial, key, err
}

// certificates serves the certificates, encrypted for the merchant. Source:
// WeChat Pay, 下载平台证书.
func (s *Sim) certificates(c *caller, _ *http.Request, _ []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.books.Merchants[c.number]
	if !m.Certificate {
		return nil, refuse(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥")
	}
	data := []map[string]any{}
	for _, cert := range s.books.Certs {
		nonce := random(12)
		sealed, err := seal(m.APIKey, nonce, "certificate", []byte(cert.PEM))
		if err != nil {
			return nil, err
		}
		data = append(data, map[string]any{"serial_no": cert.Serial, "effective_time": cert.From.In(clock.Shanghai()).Format(time.RFC3339),
			"expire_time":         cert.From.Add(certLife).In(clock.Shanghai()).Format(time.RFC3339),
			"encrypt_certificate": map[string]string{"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "certificate", "ciphertext": sealed}})
	}
	return map[string]any{"data": data}, nil
}
