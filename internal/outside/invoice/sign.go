package invoice

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of the protocol; docs/invoice-protocol.md says what stands in them.
const (
	headKey   = "Linli-Access-Key"
	headTime  = "Linli-Time"
	headNonce = "Linli-Nonce"
	headSign  = "Linli-Signature"
)

// sign adds key, time, nonce and signature to a request and answers the nonce.
func sign(r *http.Request, key, secret string, body []byte, at time.Time) string {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), rand.Text()
	r.Header.Set(headKey, key)
	r.Header.Set(headTime, stamp)
	r.Header.Set(headNonce, nonce)
	r.Header.Set(headSign, seal(secret, r.Method, r.URL.RequestURI(), stamp, nonce, digest(body)))
	return nonce
}

// signed reports whether an answer to the request with the nonce is the provider's.
func signed(res *http.Response, secret, nonce string, body []byte) bool {
	want := seal(secret, strconv.Itoa(res.StatusCode), nonce, digest(body))
	return hmac.Equal([]byte(res.Header.Get(headSign)), []byte(want))
}

func seal(secret string, parts ...string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
