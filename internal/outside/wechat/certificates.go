package wechat

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"

	"linli/internal/kit/clock"
	"linli/internal/payment"
)

const (
	// renewed is how old downloaded certificates may be. The platform tells of a
	// new one days before it is used. Source: WeChat Pay, 下载平台证书.
	renewed = 12 * time.Hour
	// pause keeps forged serial numbers from asking for certificates all the time.
	pause = time.Minute
)

// certificates are the platform's certificates of each merchant, as they were
// downloaded: the APIv3 key that they come encrypted with is what they are
// trusted for.
type certificates struct {
	mu    sync.Mutex
	of    map[[sha256.Size]byte]*held
	clock clock.Clock
}

// held is what was downloaded; nil for a merchant who has the public key alone.
type held struct {
	*downloader.CertificateDownloader
	at time.Time
}

// errNone is answered for a merchant who has no certificates.
var errNone = errors.New("the platform has no certificates for the merchant")

// kept is by which a merchant's certificates are found: other keys, others.
func kept(m *payment.Merchant) [sha256.Size]byte {
	return sha256.Sum256([]byte(m.Number + "\n" + m.Serial + "\n" + m.APIKey + "\n" + m.PrivateKey))
}

// certificatesOf are the certificates of a merchant, downloaded when there are
// none, when they are old, or when a serial number is none of theirs. While the
// platform does not answer, old ones do.
func (c *Channel) certificatesOf(ctx context.Context, m *payment.Merchant, serial string) (core.CertificateGetter, error) {
	key := kept(m)
	c.certs.mu.Lock()
	h := c.certs.of[key]
	c.certs.mu.Unlock()
	now := c.certs.clock.Now()
	switch {
	case h == nil:
	case h.CertificateDownloader == nil && now.Sub(h.at) < pause:
		return nil, errNone
	case h.CertificateDownloader != nil:
		_, known := h.Get(ctx, serial)
		if age := now.Sub(h.at); age < renewed && (serial == "" || known || age < pause) {
			return h, nil
		}
	}
	own, err := private(m)
	if err != nil {
		return nil, err
	}
	client, err := core.NewClient(ctx, option.WithHTTPClient(c.http), option.WithMerchantCredential(m.Number, m.Serial, own), option.WithoutValidator())
	if err != nil {
		return nil, fmt.Errorf("prepare download of certificates: %w", err)
	}
	d, err := downloader.NewCertificateDownloaderWithClient(ctx, client, m.APIKey)
	code, _, _ := said(err)
	switch {
	case err != nil && h != nil && h.CertificateDownloader != nil:
		return h, nil
	case code == "RESOURCE_NOT_EXISTS":
		d = nil
	case err != nil:
		return nil, fmt.Errorf("download certificates of the platform: %s", plain(err.Error()))
	}
	h = &held{d, now}
	c.certs.mu.Lock()
	c.certs.of[key] = h
	c.certs.mu.Unlock()
	if d == nil {
		return nil, errNone
	}
	return h, nil
}

// verifier is what answers and notifications are held against: the platform's
// public key, or its certificates. While a merchant moves from one to the other,
// notifications may bear either; the serial number tells which.
func (c *Channel) verifier(ctx context.Context, m *payment.Merchant, serial string) (auth.Verifier, error) {
	if m.Mode != payment.ModeCertificate && (serial == "" || serial == m.PlatformSerial) {
		key, err := platform(m)
		if err != nil {
			return nil, err
		}
		return verifiers.NewSHA256WithRSAPubkeyVerifier(m.PlatformSerial, *key), nil
	}
	held, err := c.certificatesOf(ctx, m, serial)
	if err != nil {
		return nil, err
	}
	return verifiers.NewSHA256WithRSAVerifier(held), nil
}
