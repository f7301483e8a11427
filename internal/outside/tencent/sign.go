package tencent

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// algorithm is the signature V3 of Tencent Cloud.
const algorithm = "TC3-HMAC-SHA256"

// Sign adds time and Authorization to a request of a service, over its content
// type, host, action and body; they must be set before. The day in it is UTC's.
func Sign(r *http.Request, body []byte, service, id, secret string, at time.Time) {
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("X-TC-Timestamp", stamp)
	host := r.Host
	if host == "" {
		host = r.URL.Host
	}
	const names = "content-type;host;x-tc-action"
	headers := ""
	for _, h := range [][2]string{{"content-type", r.Header.Get("Content-Type")}, {"host", host}, {"x-tc-action", r.Header.Get("X-TC-Action")}} {
		headers += h[0] + ":" + strings.ToLower(strings.TrimSpace(h[1])) + "\n"
	}
	request := strings.Join([]string{r.Method, "/", "", headers, names, digest(body)}, "\n")
	day := at.UTC().Format(time.DateOnly)
	scope := day + "/" + service + "/tc3_request"
	key := seal(seal(seal([]byte("TC3"+secret), day), service), "tc3_request")
	signature := hex.EncodeToString(seal(key, strings.Join([]string{algorithm, stamp, scope, digest([]byte(request))}, "\n")))
	r.Header.Set("Authorization", algorithm+" Credential="+id+"/"+scope+", SignedHeaders="+names+", Signature="+signature)
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func seal(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
