package sim

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/clock"
)

const (
	maxSkew = 30 * time.Minute
	maxBody = 64 << 10
)

// refusal is an answer that is not success. One without trust is not signed.
type refusal struct {
	code, sub, message string
	unsigned           bool
}

func (r *refusal) Error() string { return r.sub + ": " + r.message }

// refuse is a signed business failure.
func refuse(sub, message string) *refusal { return &refusal{code: "40004", sub: sub, message: message} }

func invalid(sub, message string) *refusal {
	return &refusal{code: "40002", sub: sub, message: message}
}

// stranger is answered to whoever has not shown who he is.
func stranger(sub, message string) *refusal {
	return &refusal{code: "40002", sub: sub, message: message, unsigned: true}
}

func (r *refusal) msg() string {
	return map[string]string{"20000": "Service Currently Unavailable", "40002": "Invalid Arguments", "40004": "Business Failed", "40005": "Call Limited",
		"40006": "Insufficient Permissions"}[r.code]
}

// toSign is what a set of parameters is signed over: all that are not empty
// and not left out, sorted. Source: Alipay, 自行实现签名.
func toSign(v url.Values, without ...string) []byte {
	var pairs []string
	for name := range v {
		if value := v.Get(name); value != "" && !slices.Contains(without, name) {
			pairs = append(pairs, name+"="+value)
		}
	}
	slices.Sort(pairs)
	return []byte(strings.Join(pairs, "&"))
}

func (s *Sim) sign(b []byte) (string, error) {
	sum := sha256.Sum256(b)
	sig, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

// authenticate checks the signature of an app over all of a request's
// parameters but sign itself.
func (s *Sim) authenticate(v url.Values) (Credentials, error) {
	s.mu.Lock()
	m, known := s.books.Apps[v.Get("app_id")]
	public := s.partners[v.Get("app_id")]
	s.mu.Unlock()
	switch {
	case !known:
		return m, stranger("isv.invalid-app-id", "无效的AppID参数")
	case v.Get("sign_type") != "RSA2":
		return m, stranger("isv.invalid-signature-type", "无效签名类型")
	case !strings.EqualFold(v.Get("charset"), "utf-8"):
		return m, stranger("isv.invalid-charset", "字符集错误")
	case !strings.EqualFold(v.Get("format"), "JSON"), v.Get("version") != "1.0":
		return m, stranger("isv.invalid-format", "无效的数据格式")
	}
	sig, err := base64.StdEncoding.DecodeString(v.Get("sign"))
	sum := sha256.Sum256(toSign(v, "sign"))
	if err != nil || rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], sig) != nil {
		return m, stranger("isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配")
	}
	at, err := time.ParseInLocation(time.DateTime, v.Get("timestamp"), clock.Shanghai())
	if skew := (clock.System{}).Now().Sub(at); err != nil || skew > maxSkew || skew < -maxSkew {
		return m, invalid("isv.invalid-timestamp", "非法的时间戳参数")
	}
	return m, nil
}

// answer writes {"<method>_response":…,"sign":…}, signed over the bytes of the
// node as they stand there.
func (s *Sim) answer(w http.ResponseWriter, method string, value map[string]any) {
	if value["code"] == nil {
		value["code"], value["msg"] = "10000", "Success"
	}
	s.write(w, method, value, true)
}

func (s *Sim) write(w http.ResponseWriter, method string, value map[string]any, signed bool) {
	name := strings.ReplaceAll(method, ".", "_") + "_response"
	if method == "" {
		name = "error_response"
	}
	var node bytes.Buffer
	enc := json.NewEncoder(&node)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		s.o.Log.Error("simulator", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	raw := bytes.TrimSpace(node.Bytes())
	tail := "}"
	if signed {
		sig, err := s.sign(raw)
		if err != nil {
			s.o.Log.Error("simulator", "error", err)
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		tail = `,"sign":"` + sig + `"}`
	}
	if s.fault().TamperAnswers {
		raw = bytes.Replace(raw, []byte(`"out_trade_no":"`), []byte(`"out_trade_no":"X`), 1)
	}
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	if _, err := fmt.Fprintf(w, `{"%s":%s%s`, name, raw, tail); err != nil {
		s.o.Log.Info("simulator: the client has gone", "error", err)
	}
}

// fail writes a failure; Alipay answers it with 200 as well.
func (s *Sim) fail(w http.ResponseWriter, method string, err error) {
	var r *refusal
	if !errors.As(err, &r) {
		s.o.Log.Error("simulator", "error", err)
		r = &refusal{code: "20000", sub: "isp.unknow-error", message: "系统繁忙"}
	}
	s.write(w, method, map[string]any{"code": r.code, "msg": r.msg(), "sub_code": r.sub, "sub_msg": r.message}, !r.unsigned)
}
