// Package sim is an honest Aliyun 短信服务 (dysmsapi 2017-05-25) for rehearsals
// and tests: it verifies the signature ACS3-HMAC-SHA256, the approved signature
// name and template with their parameters, answers with the published codes,
// keeps what it was told to send and gives receipts. It knows nothing of the
// product, and the product does not know whether it speaks to it.
package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"linli/internal/kit/clock"
)

// Options say how a simulator runs: the keys of the account, its approved
// signature and its approved templates by their number, placeholders as ${name}.
type Options struct {
	Key, Secret, Sign string
	Templates         map[string]string
	Clock             clock.Clock
	Log               *slog.Logger
}

// Message is one SMS.
type Message struct {
	Phone   string    `json:"phone"`
	Text    string    `json:"text"`
	BizID   string    `json:"biz_id"`
	OutID   string    `json:"out_id"`
	At      time.Time `json:"at"`
	Day     string    `json:"day"`
	Status  int       `json:"status"` // 1 waiting, 2 failed, 3 arrived
	ErrCode string    `json:"err_code"`
	Code    string    `json:"template"`
}

// Orders are what the service was told to do with the next messages.
type Orders struct {
	Code    string `json:"code"`    // answer SendSms so, e.g. isv.BUSINESS_LIMIT_CONTROL
	Times   int    `json:"times"`   // so often; 0 means until told otherwise
	Receipt string `json:"receipt"` // the carrier's failure, e.g. MK:0001; empty delivers
}

// Sim is the service.
type Sim struct {
	o      Options
	mu     sync.Mutex
	sent   []Message
	nonces map[string]time.Time
	orders Orders
}

// New makes a service that has sent nothing.
func New(o Options) *Sim { return &Sim{o: o, nonces: map[string]time.Time{}} }

// Messages are the messages that were taken, the newest last.
func (s *Sim) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Tell gives new orders.
func (s *Sim) Tell(o Orders) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = o
}

// no is an answer that is not OK.
type no struct {
	status        int
	code, message string
}

// Handler serves the interface, and at /messages and /orders what a test needs.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(v); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	}
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		out, refused := s.answer(r)
		if refused != nil {
			write(w, refused.status, map[string]any{"Code": refused.code, "Message": refused.message, "RequestId": "SIM"})
			return
		}
		write(w, http.StatusOK, out)
	})
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, s.Messages()) })
	mux.HandleFunc("POST /orders", func(w http.ResponseWriter, r *http.Request) {
		var o Orders
		if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.Tell(o)
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func (s *Sim) answer(r *http.Request) (map[string]any, *no) {
	if refused := s.verify(r); refused != nil {
		return nil, refused
	}
	if r.Header.Get("x-acs-version") != "2017-05-25" {
		return nil, &no{http.StatusBadRequest, "InvalidVersion", "Specified parameter Version is not valid."}
	}
	q := r.URL.Query()
	switch r.Header.Get("x-acs-action") {
	case "SendSms":
		return s.send(q)
	case "QuerySendDetails":
		return s.details(q)
	}
	return nil, &no{http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."}
}

// verify checks key, time, nonce and signature as the published rules say; it
// shares no code with the client.
func (s *Sim) verify(r *http.Request) *no {
	wrong := &no{http.StatusBadRequest, "SignatureDoesNotMatch", "Specified signature does not match our calculation."}
	rest, ok := strings.CutPrefix(r.Header.Get("Authorization"), "ACS3-HMAC-SHA256 ")
	if !ok {
		return &no{http.StatusBadRequest, "MissingAuthorization", "Authorization is mandatory for this action."}
	}
	parts := map[string]string{}
	for p := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(p, "=")
		parts[k] = v
	}
	if parts["Credential"] != s.o.Key {
		return &no{http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found."}
	}
	names := strings.Split(parts["SignedHeaders"], ";")
	for _, must := range []string{"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"} {
		if !slices.Contains(names, must) {
			return wrong
		}
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", r.Header.Get("x-acs-date"))
	now := s.o.Clock.Now()
	if err != nil || now.Sub(at).Abs() > 15*time.Minute {
		return &no{http.StatusBadRequest, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."}
	}
	if !hmac.Equal([]byte(parts["Signature"]), []byte(s.expected(r, names))) {
		return wrong
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	nonce := r.Header.Get("x-acs-signature-nonce")
	if _, used := s.nonces[nonce]; used || nonce == "" {
		return &no{http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already."}
	}
	s.nonces[nonce] = now
	return nil
}

func (s *Sim) expected(r *http.Request, names []string) string {
	var pairs, headers []string
	for k, vs := range r.URL.Query() {
		for _, v := range vs {
			pairs = append(pairs, percent(k)+"="+percent(v))
		}
	}
	slices.Sort(pairs)
	for _, n := range names {
		v := r.Header.Get(n)
		if n == "host" {
			v = r.Host
		}
		headers = append(headers, n+":"+strings.TrimSpace(v)+"\n")
	}
	request := r.Method + "\n" + r.URL.EscapedPath() + "\n" + strings.Join(pairs, "&") + "\n" + strings.Join(headers, "") + "\n" + strings.Join(names, ";") + "\n" +
		r.Header.Get("x-acs-content-sha256")
	sum := sha256.Sum256([]byte(request))
	mac := hmac.New(sha256.New, []byte(s.o.Secret))
	fmt.Fprintf(mac, "ACS3-HMAC-SHA256\n%s", hex.EncodeToString(sum[:]))
	return hex.EncodeToString(mac.Sum(nil))
}

func percent(s string) string {
	const open = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(open, s[i]) >= 0 {
			b.WriteByte(s[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", s[i])
		}
	}
	return b.String()
}

func bad(code, message string) *no { return &no{http.StatusOK, code, message} }

func (s *Sim) send(q url.Values) (map[string]any, *no) {
	phone := q.Get("PhoneNumbers")
	if !regexp.MustCompile(`^(\+?86)?1[3-9]\d{9}$`).MatchString(phone) {
		return nil, bad("isv.MOBILE_NUMBER_ILLEGAL", phone+"invalid mobile number")
	}
	if q.Get("SignName") != s.o.Sign {
		return nil, bad("isv.SMS_SIGNATURE_ILLEGAL", "签名不合法(不存在或被拉黑)")
	}
	text, ok := s.o.Templates[q.Get("TemplateCode")]
	if !ok {
		return nil, bad("isv.SMS_TEMPLATE_ILLEGAL", "模板不合法(不存在或被拉黑)")
	}
	words := map[string]string{}
	if p := q.Get("TemplateParam"); p != "" {
		if err := json.Unmarshal([]byte(p), &words); err != nil {
			return nil, bad("isv.INVALID_JSON_PARAM", "参数格式错误，请修改为字符串值")
		}
	}
	for _, m := range regexp.MustCompile(`\$\{([^}]*)\}`).FindAllStringSubmatch(text, -1) {
		v, ok := words[m[1]]
		if !ok {
			return nil, bad("isv.TEMPLATE_MISSING_PARAMETERS", "模版缺少变量"+m[1])
		}
		text = strings.ReplaceAll(text, m[0], v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.orders.Code; code != "" {
		if s.orders.Times > 0 {
			if s.orders.Times--; s.orders.Times == 0 {
				s.orders.Code = ""
			}
		}
		return nil, bad(code, "told so")
	}
	now := s.o.Clock.Now()
	m := Message{Phone: phone, Text: "【" + s.o.Sign + "】" + text, BizID: fmt.Sprintf("%d^0", now.UnixNano()), OutID: q.Get("OutId"), At: now.UTC(),
		Day: now.In(clock.Shanghai()).Format("20060102"), Status: 3, ErrCode: "DELIVERED", Code: q.Get("TemplateCode")}
	if s.orders.Receipt != "" {
		m.Status, m.ErrCode = 2, s.orders.Receipt
	}
	s.sent = append(s.sent, m)
	return map[string]any{"Code": "OK", "Message": "OK", "BizId": m.BizID, "RequestId": "SIM"}, nil
}

func (s *Sim) details(q url.Values) (map[string]any, *no) {
	list := []map[string]any{}
	for _, m := range s.Messages() {
		if m.Phone == q.Get("PhoneNumber") && m.Day == q.Get("SendDate") && (q.Get("BizId") == "" || q.Get("BizId") == m.BizID) {
			list = append(list, map[string]any{"PhoneNum": m.Phone, "SendStatus": m.Status, "ErrCode": m.ErrCode, "OutId": m.OutID, "Content": m.Text, "TemplateCode": m.Code,
				"SendDate": m.At.In(clock.Shanghai()).Format(time.DateTime), "ReceiveDate": m.At.In(clock.Shanghai()).Format(time.DateTime)})
		}
	}
	return map[string]any{"Code": "OK", "Message": "OK", "TotalCount": len(list), "RequestId": "SIM", "SmsSendDetailDTOs": map[string]any{"SmsSendDetailDTO": list}}, nil
}
