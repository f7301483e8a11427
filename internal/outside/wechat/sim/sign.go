package sim

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"linli/internal/kit/clock"
)

const (
	scheme  = "WECHATPAY2-SHA256-RSA2048"
	maxSkew = 5 * time.Minute
	maxBody = 64 << 10
)

var authField = regexp.MustCompile(`(\w+)="([^"]*)"`)

// refusal is an answer that is not 2xx.
type refusal struct {
	status        int
	code, message string
}

func (r *refusal) Error() string { return r.code + ": " + r.message }

func refuse(status int, code, message string) *refusal { return &refusal{status, code, message} }

// authenticate checks the merchant's signature over the request and answers
// his number and the body.
func (s *Sim) authenticate(r *http.Request) (merchant string, body []byte, err error) {
	body, err = io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return "", nil, refuse(400, "PARAM_ERROR", "请求体无法读取")
	}
	bad := func(why string) (string, []byte, error) { return "", nil, refuse(401, "SIGN_ERROR", why) }
	kind, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if kind != scheme {
		return bad("Http头Authorization认证类型不正确")
	}
	f := map[string]string{}
	for _, m := range authField.FindAllStringSubmatch(rest, -1) {
		f[m[1]] = m[2]
	}
	ts, err := strconv.ParseInt(f["timestamp"], 10, 64)
	if skew := (clock.System{}).Now().Sub(time.Unix(ts, 0)); err != nil || skew > maxSkew || skew < -maxSkew {
		return bad("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
	}
	s.mu.Lock()
	m, known := s.books.Merchants[f["mchid"]]
	public := s.partners[f["mchid"]]
	s.mu.Unlock()
	if !known || !strings.EqualFold(m.Serial, f["serial_no"]) {
		return bad("商户证书序列号有误")
	}
	sig, err := base64.StdEncoding.DecodeString(f["signature"])
	if err != nil {
		return bad("签名不是 Base64")
	}
	message := fmt.Sprintf("%s\n%s\n%s\n%s\n%s\n", r.Method, r.URL.RequestURI(), f["timestamp"], f["nonce_str"], body)
	sum := sha256.Sum256([]byte(message))
	if rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig) != nil {
		return bad("签名错误")
	}
	return m.Number, body, nil
}

// sign makes the headers of a message of the platform for a merchant, who may
// have said what he can check.
func (s *Sim) sign(h http.Header, body []byte, merchant, asked string) error {
	serial, key, err := s.signingKey(merchant, asked)
	if err != nil {
		return err
	}
	ts, nonce := strconv.FormatInt((clock.System{}).Now().Unix(), 10), random(32)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n", ts, nonce, body))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	h.Set("Wechatpay-Timestamp", ts)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(sig))
	h.Set("Wechatpay-Signature-Type", scheme)
	h.Set("Wechatpay-Serial", serial)
	h.Set("Request-ID", random(26))
	return nil
}

// answer writes a signed success; a nil value is 204.
func (s *Sim) answer(w http.ResponseWriter, value any, merchant, asked string) {
	status, body := http.StatusNoContent, []byte{}
	if value != nil {
		var err error
		if body, err = json.Marshal(value); err != nil {
			s.fail(w, err)
			return
		}
		status = http.StatusOK
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	if err := s.sign(w.Header(), body, merchant, asked); err != nil {
		s.fail(w, err)
		return
	}
	if s.fault().TamperAnswers {
		body = bytes.Replace(body, []byte(`"total":`), []byte(`"total":9`), 1)
	}
	w.WriteHeader(status)
	if _, err := w.Write(body); err != nil {
		s.o.Log.Info("simulator: the client has gone", "error", err)
	}
}

// fail writes an error; errors of WeChat Pay are JSON without trust.
func (s *Sim) fail(w http.ResponseWriter, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		s.o.Log.Error("simulator", "error", err)
		r = refuse(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(r.status)
	if err := json.NewEncoder(w).Encode(map[string]string{"code": r.code, "message": r.message}); err != nil {
		s.o.Log.Info("simulator: the client has gone", "error", err)
	}
}

// seal encrypts a resource with the merchant's APIv3 key.
func seal(apiKey, nonce, aad string, plain []byte) (string, error) {
	block, err := aes.NewCipher([]byte(apiKey))
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte(nonce), plain, []byte(aad))), nil
}
