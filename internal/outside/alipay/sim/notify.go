package sim

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

// Faults are what the simulator does wrong on command, as the real one does by
// bad luck or others do in its name.
type Faults struct {
	Drop            bool          `json:"drop"`              // notifications get lost
	Repeat          int           `json:"repeat"`            // each is sent so many times more, at once
	Delay           time.Duration `json:"delay"`             // by the clock, before the first attempt
	Probe           bool          `json:"probe"`             // a bad signature comes before each true one
	Tamper          bool          `json:"tamper"`            // the form is changed after signing
	TamperAnswers   bool          `json:"tamper_answers"`    // answers are changed after signing
	FailAfterEffect bool          `json:"fail_after_effect"` // 20000 although it was done
	Busy            bool          `json:"busy"`              // 40005
	WrongAmount     int64         `json:"wrong_amount"`      // tells this total, fen
	WrongSeller     string        `json:"wrong_seller"`      // tells of this seller
	WrongApp        string        `json:"wrong_app"`         // tells of this app
	GBK             bool          `json:"gbk"`               // tells in GBK, as an app does that asks in it
	Hide            bool          `json:"hide"`              // queries do not know of payments yet
	CutBills        bool          `json:"cut_bills"`         // files of bills lack a line
	HideRefunds     bool          `json:"hide_refunds"`      // queries do not know of refunds yet
	Without         string        `json:"without"`           // a method that the merchants have no contract for
}

// Attempt is one notification that was sent.
type Attempt struct {
	Number string
	Probe  bool
	Status int    // 0: no answer
	Answer string // the body
}

// pauses between attempts, 25 hours in all. Source: Alipay, 异步通知说明.
func pauses() []time.Duration {
	return []time.Duration{4 * time.Minute, 10 * time.Minute, 10 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 15 * time.Hour}
}

// Misbehave sets the faults.
func (s *Sim) Misbehave(f Faults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = f
}

func (s *Sim) fault() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.faults
}

// Attempts are the notifications that were sent since the start.
func (s *Sim) Attempts() []Attempt {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// plan begins the notification of what became of a trade; the caller holds the
// lock.
func (s *Sim) plan(t *trade, refund string) {
	if t.Notify == "" {
		return
	}
	s.books.Notices = append(s.books.Notices, &rehearsal.Notice{ID: newID(), Trade: t.Seller + "/" + t.Number, State: t.State, Refund: refund, Due: s.o.Clock.Now().Add(s.faults.Delay)})
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func newID() string { return strings.ToLower(rand.Text() + rand.Text())[:34] }

// Deliver sends every notification that is due by the clock.
func (s *Sim) Deliver(ctx context.Context) {
	s.mu.Lock()
	due := rehearsal.Due(s.books.Notices, s.o.Clock.Now())
	s.mu.Unlock()
	for _, d := range due {
		s.deliver(ctx, d)
	}
}

func (s *Sim) deliver(ctx context.Context, d *rehearsal.Notice) {
	f := s.fault()
	heard := false
	if !f.Drop {
		if f.Probe {
			s.send(ctx, d, &f, true)
		}
		for range f.Repeat + 1 {
			heard = s.send(ctx, d, &f, false) || heard
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.books.Notices = rehearsal.Told(s.books.Notices, d, heard, s.o.Clock.Now(), pauses())
	if err := s.saved(); err != nil {
		s.o.Log.Error("simulator", "error", err)
	}
}

// message is the signed form of a notification.
func (s *Sim) message(d *rehearsal.Notice) (notify string, form url.Values, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, f := s.books.Trades[d.Trade], s.faults
	total, app, seller := t.Total, t.App, t.Seller
	if f.WrongAmount != 0 {
		total = f.WrongAmount
	}
	if f.WrongApp != "" {
		app = f.WrongApp
	}
	if f.WrongSeller != "" {
		seller = f.WrongSeller
	}
	at := func(t time.Time) string { return t.In(clock.Shanghai()).Format(time.DateTime) }
	form = url.Values{"notify_time": {at(s.o.Clock.Now())}, "notify_type": {"trade_status_sync"}, "notify_id": {d.ID}, "charset": {"utf-8"}, "version": {"1.0"},
		"sign_type": {"RSA2"}, "app_id": {app}, "auth_app_id": {app}, "seller_id": {seller}, "trade_no": {t.Transaction}, "out_trade_no": {t.Number},
		"trade_status": {d.State}, "total_amount": {yuan(total)}, "subject": {t.Subject}, "gmt_create": {at(t.At)}, "buyer_logon_id": {"159****5620"}}
	if t.paid() {
		form.Set("gmt_payment", at(t.PaidAt))
		form.Set("buyer_id", t.Payer)
		form.Set("receipt_amount", yuan(total))
		form.Set("buyer_pay_amount", yuan(total))
		form.Set("fund_bill_list", `[{"amount":"`+yuan(total)+`","fundChannel":"ALIPAYACCOUNT"}]`)
	}
	if !t.ClosedAt.IsZero() {
		form.Set("gmt_close", at(t.ClosedAt))
	}
	for i := range t.Refunds {
		if r := &t.Refunds[i]; r.Number == d.Refund {
			form.Set("out_biz_no", r.Number)
			form.Set("gmt_refund", at(r.At))
			form.Set("refund_fee", yuan(t.refunded()))
		}
	}
	if f.GBK {
		form.Set("charset", "GBK")
		for k, v := range form {
			if v[0], err = simplifiedchinese.GBK.NewEncoder().String(v[0]); err != nil {
				return "", nil, fmt.Errorf("%s in GBK: %w", k, err)
			}
		}
	}
	sig, err := s.sign(toSign(form, "sign", "sign_type"))
	form.Set("sign", sig)
	return t.Notify, form, err
}

// send tells the merchant once; true when he has answered success.
func (s *Sim) send(ctx context.Context, d *rehearsal.Notice, f *Faults, probe bool) bool {
	notify, form, err := s.message(d)
	if err != nil {
		s.o.Log.Error("simulator", "error", err)
		return false
	}
	number := form.Get("out_trade_no")
	if probe {
		form.Set("sign", base64.StdEncoding.EncodeToString([]byte(strings.Repeat(rand.Text(), 10)[:256])))
	} else if f.Tamper {
		form.Set("total_amount", "9"+form.Get("total_amount"))
	}
	a := Attempt{Number: number, Probe: probe}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, notify, strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		var res *http.Response
		if res, err = s.client.Do(req); err == nil {
			var body []byte
			body, err = io.ReadAll(io.LimitReader(res.Body, maxBody))
			a.Status, a.Answer = res.StatusCode, strings.TrimSpace(string(body))
			res.Body.Close()
		}
	}
	if err != nil {
		s.o.Log.Info("simulator: notification", "number", number, "error", err)
	}
	s.mu.Lock()
	s.log = append(s.log, a)
	s.mu.Unlock()
	return a.Status == http.StatusOK && a.Answer == "success"
}

// Letter is a notification about an order as it stands, signed now, without
// sending it: what somebody who listens at the door would have.
func (s *Sim) Letter(seller, number string) (url.Values, error) {
	s.mu.Lock()
	t, ok := s.books.Trades[seller+"/"+number]
	var state string
	if ok {
		state = t.State
	}
	s.mu.Unlock()
	if !ok {
		return nil, refuse("ACQ.TRADE_NOT_EXIST", "交易不存在")
	}
	_, form, err := s.message(&rehearsal.Notice{ID: newID(), Trade: seller + "/" + number, State: state})
	return form, err
}
