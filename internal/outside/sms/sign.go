package sms

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// algorithm is the signature V3 of Aliyun's RPC interfaces.
const algorithm = "ACS3-HMAC-SHA256"

// Sign adds date, nonce, digest of the empty body and Authorization to a
// request; the time is UTC in seconds.
func Sign(r *http.Request, key, secret string, at time.Time) {
	r.Header.Set("x-acs-date", at.UTC().Format("2006-01-02T15:04:05Z"))
	r.Header.Set("x-acs-signature-nonce", rand.Text())
	r.Header.Set("x-acs-content-sha256", digest(""))
	names := []string{"host"}
	for name := range r.Header {
		if n := strings.ToLower(name); strings.HasPrefix(n, "x-acs-") || n == "content-type" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	r.Header.Set("Authorization", algorithm+" Credential="+key+",SignedHeaders="+strings.Join(names, ";")+",Signature="+Signature(r, names, secret))
}

// Signature computes what must stand in Authorization, over the named headers.
func Signature(r *http.Request, names []string, secret string) string {
	var headers strings.Builder
	for _, n := range names {
		v := r.Header.Get(n)
		if n == "host" {
			if v = r.Host; v == "" {
				v = r.URL.Host
			}
		}
		headers.WriteString(n + ":" + strings.TrimSpace(v) + "\n")
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	request := strings.Join([]string{r.Method, path, canonical(r.URL.Query()), headers.String(), strings.Join(names, ";"), r.Header.Get("x-acs-content-sha256")}, "\n")
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(algorithm + "\n" + digest(request)))
	return hex.EncodeToString(mac.Sum(nil))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// canonical writes parameters sorted, in the strict percent encoding of RFC 3986.
func canonical(v url.Values) string {
	strict := func(s string) string {
		return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(s))
	}
	var parts []string
	for name, values := range v {
		for _, x := range values {
			parts = append(parts, strict(name)+"="+strict(x))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "&")
}
