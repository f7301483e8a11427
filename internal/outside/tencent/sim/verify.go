package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// verify checks key, time and signature as the published rules say; it shares
// no code with the client.
func (s *Sim) verify(r *http.Request, body []byte) *no {
	wrong := &no{"AuthFailure.SignatureFailure", "The provided credentials could not be validated."}
	parts := regexp.MustCompile(`^TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$`).
		FindStringSubmatch(r.Header.Get("Authorization"))
	if parts == nil {
		return &no{"AuthFailure.InvalidAuthorization", "The Authorization header is not well formed."}
	}
	id, day, names, signature := parts[1], parts[2], strings.Split(parts[3], ";"), parts[4]
	if id != s.o.ID {
		return &no{"AuthFailure.SecretIdNotFound", "The SecretId is not found."}
	}
	stamp, err := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
	at := time.Unix(stamp, 0).UTC()
	if err != nil || s.o.Clock.Now().Sub(at).Abs() > 5*time.Minute {
		return &no{"AuthFailure.SignatureExpire", "The signature has expired."}
	}
	if day != at.Format("2006-01-02") || !slices.Contains(names, "content-type") || !slices.Contains(names, "host") || !slices.IsSorted(names) {
		return wrong
	}
	canonical := r.Method + "\n/\n" + r.URL.RawQuery + "\n"
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		canonical += name + ":" + strings.ToLower(strings.TrimSpace(value)) + "\n"
	}
	canonical += fmt.Sprintf("\n%s\n%x", strings.Join(names, ";"), sha256.Sum256(body))
	toSign := fmt.Sprintf("TC3-HMAC-SHA256\n%d\n%s/sms/tc3_request\n%x", stamp, day, sha256.Sum256([]byte(canonical)))
	key := []byte("TC3" + s.o.Secret)
	for _, step := range []string{day, "sms", "tc3_request", toSign} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(step))
		key = mac.Sum(nil)
	}
	if !hmac.Equal([]byte(hex.EncodeToString(key)), []byte(signature)) {
		return wrong
	}
	return nil
}
