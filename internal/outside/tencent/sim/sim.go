// Package sim is an honest 短信 of Tencent Cloud (sms 2021-01-11) for rehearsals
// and tests: it verifies the signature TC3-HMAC-SHA256, the application, the
// approved signature name and template with the number of its words, refuses
// number by number with the published codes, holds two messages to one number
// half a minute apart, keeps what it was told to send and reports it a moment
// later. It knows nothing of the product, and the product does not know whether
// it speaks to it.
package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"linli/internal/kit/clock"
)

// Options say how a simulator runs: the keys of the account, its application,
// its approved signature and its approved templates by their number,
// placeholders as {1}, {2}.
type Options struct {
	ID, Secret, App, Sign string
	Templates             map[string]string
	Clock                 clock.Clock
	Log                   *slog.Logger
}

// Message is one SMS.
type Message struct {
	Phone    string    `json:"phone"`
	Text     string    `json:"text"`
	Serial   string    `json:"serial"`
	Session  string    `json:"session"`
	Template string    `json:"template"`
	Fee      int       `json:"fee"` // pieces that are paid for
	At       time.Time `json:"at"`
	Status   string    `json:"status"` // SUCCESS, FAIL
	Report   string    `json:"report"`
}

// Orders are what the service was told to do with the next messages.
type Orders struct {
	Error   string `json:"error"`   // answer every request so, e.g. InternalError.Timeout
	Code    string `json:"code"`    // refuse each number so, e.g. FailedOperation.InsufficientBalanceInSmsPackage
	Times   int    `json:"times"`   // so often; 0 means until told otherwise
	Receipt string `json:"receipt"` // the operator's failure, e.g. MK:0001; empty delivers
}

// reported is how long an operator takes to report.
const reported = 5 * time.Second

// apart is how long a number rests between two messages.
const apart = 30 * time.Second

// Sim is the service.
type Sim struct {
	o      Options
	mu     sync.Mutex
	sent   []Message
	orders Orders
}

// New makes a service that has sent nothing.
func New(o Options) *Sim { return &Sim{o: o} }

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

// no is an answer that is an error; it comes with 200, as the real one does.
type no struct{ code, message string }

// Handler serves the interface, and at /messages and /orders what a test needs.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	write := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			s.o.Log.Error("simulator", "error", err)
		}
	}
	mux.HandleFunc("POST /{$}", func(w http.ResponseWriter, r *http.Request) {
		out, refused := s.answer(r)
		if refused != nil {
			out = map[string]any{"Error": map[string]string{"Code": refused.code, "Message": refused.message}}
		}
		out["RequestId"] = "SIM"
		write(w, map[string]any{"Response": out})
	})
	mux.HandleFunc("GET /messages", func(w http.ResponseWriter, _ *http.Request) { write(w, s.Messages()) })
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
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return nil, &no{"InternalError", err.Error()}
	}
	if refused := s.verify(r, body); refused != nil {
		return nil, refused
	}
	if r.Header.Get("X-TC-Version") != "2021-01-11" {
		return nil, &no{"NoSuchVersion", "The API version does not exist."}
	}
	if !slices.Contains([]string{"ap-beijing", "ap-guangzhou", "ap-nanjing"}, r.Header.Get("X-TC-Region")) {
		return nil, &no{"UnsupportedRegion", "The region is not supported."}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.orders.Error; code != "" {
		s.obeyed()
		return nil, &no{code, "told so"}
	}
	switch r.Header.Get("X-TC-Action") {
	case "SendSms":
		return s.send(body)
	case "PullSmsSendStatusByPhoneNumber":
		return s.reports(body)
	}
	return nil, &no{"InvalidAction", "The action does not exist."}
}

// obeyed counts an order down; s.mu is held.
func (s *Sim) obeyed() {
	if s.orders.Times > 0 {
		if s.orders.Times--; s.orders.Times == 0 {
			s.orders.Error, s.orders.Code = "", ""
		}
	}
}

type asked struct {
	Phones   []string `json:"PhoneNumberSet"`
	App      string   `json:"SmsSdkAppId"`
	Sign     string   `json:"SignName"`
	Template string   `json:"TemplateId"`
	Words    []string `json:"TemplateParamSet"`
	Session  string   `json:"SessionContext"`
}

// send takes a message for each number that nothing speaks against; s.mu is held.
func (s *Sim) send(body []byte) (map[string]any, *no) {
	var in asked
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, &no{"FailedOperation.FailResolvePacket", err.Error()}
	}
	switch n := len(in.Phones); {
	case in.App != s.o.App:
		return nil, &no{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId does not belong to the account."}
	case n == 0:
		return nil, &no{"MissingParameter.EmptyPhoneNumberSet", "PhoneNumberSet is empty."}
	case n > 200:
		return nil, &no{"LimitExceeded.PhoneNumberCountLimit", "More than 200 numbers."}
	}
	set := []map[string]any{}
	for _, phone := range in.Phones {
		serial, fee := "", 0
		text, code := s.text(phone, &in)
		if code == "Ok" {
			m := s.keep(phone, text, &in)
			serial, fee = m.Serial, m.Fee
		}
		set = append(set, map[string]any{"SerialNo": serial, "PhoneNumber": phone, "Fee": fee, "SessionContext": in.Session, "Code": code,
			"Message": map[bool]string{true: "send success", false: "refused"}[code == "Ok"], "IsoCode": "CN"})
	}
	return map[string]any{"SendStatusSet": set}, nil
}

// text is what a number would read, or the code it is refused with.
func (s *Sim) text(phone string, in *asked) (text, code string) {
	if code := s.orders.Code; code != "" {
		s.obeyed()
		return "", code
	}
	if !regexp.MustCompile(`^\+861[3-9]\d{9}$`).MatchString(phone) {
		return "", "InvalidParameterValue.IncorrectPhoneNumber"
	}
	if in.Sign != s.o.Sign {
		return "", "FailedOperation.SignatureIncorrectOrUnapproved"
	}
	text, ok := s.o.Templates[in.Template]
	if !ok {
		return "", "FailedOperation.TemplateUnapprovedOrNotExist"
	}
	places := regexp.MustCompile(`\{(\d+)\}`).FindAllString(text, -1)
	if len(places) != len(in.Words) {
		return "", "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"
	}
	fill := []string{}
	for i, w := range in.Words {
		if strings.Contains(w, "://") {
			return "", "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
		}
		fill = append(fill, fmt.Sprintf("{%d}", i+1), w)
	}
	now := s.o.Clock.Now()
	for _, m := range s.sent {
		if m.Phone == phone && now.Sub(m.At) < apart {
			return "", "LimitExceeded.PhoneNumberThirtySecondLimit"
		}
	}
	return "【" + s.o.Sign + "】" + strings.NewReplacer(fill...).Replace(text), "Ok"
}

// keep writes a message down. Up to 70 characters are one piece, longer ones
// pieces of 67.
func (s *Sim) keep(phone, text string, in *asked) Message {
	now := s.o.Clock.Now()
	m := Message{Phone: phone, Text: text, Serial: fmt.Sprintf("5000:%d%04d", now.UnixNano(), len(s.sent)+1), Session: in.Session, Template: in.Template, Fee: 1,
		At: now.UTC(), Status: "SUCCESS", Report: "DELIVRD"}
	if n := utf8.RuneCountInString(text); n > 70 {
		m.Fee = (n + 66) / 67
	}
	if s.orders.Receipt != "" {
		m.Status, m.Report = "FAIL", s.orders.Receipt
	}
	s.sent = append(s.sent, m)
	return m
}

// reports answers what is known of a number; s.mu is held.
func (s *Sim) reports(body []byte) (map[string]any, *no) {
	var in struct {
		BeginTime, EndTime int64
		Offset, Limit      int
		PhoneNumber        string
		App                string `json:"SmsSdkAppId"`
	}
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, &no{"FailedOperation.FailResolvePacket", err.Error()}
	}
	now := s.o.Clock.Now()
	switch {
	case in.App != s.o.App:
		return nil, &no{"UnauthorizedOperation.SmsSdkAppIdVerifyFail", "SmsSdkAppId does not belong to the account."}
	case in.BeginTime < now.AddDate(0, 0, -7).Unix() || in.BeginTime > now.Unix():
		return nil, &no{"InvalidParameterValue.BeginTimeVerifyFail", "BeginTime must lie within 7 days."}
	case in.EndTime != 0 && in.EndTime < in.BeginTime:
		return nil, &no{"InvalidParameterValue.EndTimeVerifyFail", "EndTime lies before BeginTime."}
	case in.Offset != 0:
		return nil, &no{"InvalidParameterValue.OffsetVerifyFail", "Offset must be 0."}
	case in.Limit < 1 || in.Limit > 100:
		return nil, &no{"InvalidParameterValue.LimitVerifyFail", "Limit must be 1 to 100."}
	}
	list := []map[string]any{}
	for _, m := range s.sent {
		at := m.At.Unix()
		if m.Phone != in.PhoneNumber || now.Sub(m.At) < reported || at < in.BeginTime || in.EndTime != 0 && at > in.EndTime || len(list) == in.Limit {
			continue
		}
		list = append(list, map[string]any{"UserReceiveTime": m.At.Add(reported).Unix(), "CountryCode": "86", "SubscriberNumber": strings.TrimPrefix(m.Phone, "+86"),
			"PhoneNumber": m.Phone, "SerialNo": m.Serial, "ReportStatus": m.Status, "Description": m.Report, "SessionContext": m.Session})
	}
	return map[string]any{"PullSmsSendStatusSet": list}, nil
}
