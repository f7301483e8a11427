package sim

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/outside/rehearsal"
)

// Faults are what the simulator does wrong on command, as the real one does by
// bad luck.
type Faults struct {
	Drop            bool          `json:"drop"`              // notifications get lost
	Repeat          int           `json:"repeat"`            // each is sent so many times more, at once
	Delay           time.Duration `json:"delay"`             // by the clock, before the first attempt
	Probe           bool          `json:"probe"`             // a bad signature comes before each true one
	Tamper          bool          `json:"tamper"`            // the body is changed after signing
	TamperAnswers   bool          `json:"tamper_answers"`    // answers are changed after signing
	FailAfterEffect bool          `json:"fail_after_effect"` // 500 although it was done
	Busy            bool          `json:"busy"`              // 429
	PayAtOnce       bool          `json:"pay_at_once"`       // paid and told before prepay is answered
	WrongAmount     int64         `json:"wrong_amount"`      // tells this total, fen
	Hide            bool          `json:"hide"`              // queries do not know of payments yet
	RefundRefused   string        `json:"refund_refused"`    // this code instead of accepting a refund: NOT_ENOUGH
	RefundEnds      string        `json:"refund_ends"`       // what accepted refunds come to: CLOSED, ABNORMAL; empty is SUCCESS
	RefundTakes     time.Duration `json:"refund_takes"`      // by the clock, until then a refund is PROCESSING
	Vague           bool          `json:"vague"`             // 500 to refunds, and nothing was done
	TamperBills     bool          `json:"tamper_bills"`      // bills are changed after their hash was told
}

// Attempt is one notification that was sent.
type Attempt struct {
	Number string
	Probe  bool
	Status int // 0: no answer
}

// pauses between attempts. Source: WeChat Pay, 支付结果通知: 15s/15s/30s/3m/10m/
// 20m/30m/30m/30m/60m/3h/3h/3h/6h/6h, 24h4m in all.
func pauses() []time.Duration {
	return []time.Duration{15 * time.Second, 15 * time.Second, 30 * time.Second, 3 * time.Minute, 10 * time.Minute, 20 * time.Minute, 30 * time.Minute,
		30 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 3 * time.Hour, 3 * time.Hour, 6 * time.Hour, 6 * time.Hour}
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

// plan begins the notification of a payment; the caller holds the lock.
func (s *Sim) plan(t *trade) { s.planFor(t, "") }

// planFor begins the notification of a refund, or of the payment.
func (s *Sim) planFor(t *trade, refund string) {
	now := s.o.Clock.Now()
	s.books.Notices = append(s.books.Notices, &rehearsal.Notice{ID: "EV-" + rehearsal.Digits(28), Trade: t.Merchant + "/" + t.Number, Refund: refund, Made: now, Due: now.Add(s.faults.Delay)})
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Deliver sends every notification that is due by the clock.
func (s *Sim) Deliver(ctx context.Context) {
	s.mu.Lock()
	s.endRefunds()
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

// message is the body of a notification, encrypted for the merchant.
func (s *Sim) message(d *rehearsal.Notice) (notify, number string, body []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.books.Trades[d.Trade]
	notify, event, kind, words, about := t.Notify, "TRANSACTION.SUCCESS", "transaction", "支付成功", s.transaction(t)
	if r := t.refundNumbered(d.Refund); d.Refund != "" && r != nil {
		notify, event, kind, words, about = r.Notify, "REFUND."+r.state(), "refund", "退款"+map[string]string{"SUCCESS": "成功", "CLOSED": "关闭", "ABNORMAL": "异常"}[r.state()], s.refundNotice(t, r)
	}
	plain, err := json.Marshal(about)
	if err != nil {
		return "", "", nil, err
	}
	nonce := random(12)
	sealed, err := seal(s.books.Merchants[t.signer()].APIKey, nonce, kind, plain)
	if err != nil {
		return "", "", nil, err
	}
	body, err = json.Marshal(map[string]any{"id": d.ID, "create_time": d.Made.In(clock.Shanghai()).Format(time.RFC3339), "resource_type": "encrypt-resource",
		"event_type": event, "summary": words, "resource": map[string]string{"original_type": kind,
			"algorithm": "AEAD_AES_256_GCM", "ciphertext": sealed, "associated_data": kind, "nonce": nonce}})
	return notify, t.Number, body, err
}

// signerOf is whose keys a notification is for.
func (s *Sim) signerOf(d *rehearsal.Notice) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.books.Trades[d.Trade].signer()
}

// send tells the merchant once; true when he has acknowledged.
func (s *Sim) send(ctx context.Context, d *rehearsal.Notice, f *Faults, probe bool) bool {
	notify, number, body, err := s.message(d)
	if err != nil {
		s.o.Log.Error("simulator", "error", err)
		return false
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if err := s.sign(h, body, s.signerOf(d), ""); err != nil {
		s.o.Log.Error("simulator", "error", err)
		return false
	}
	if probe {
		h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+base64.StdEncoding.EncodeToString([]byte(random(200))))
	} else if f.Tamper {
		body = bytes.Replace(body, []byte("成功"), []byte("失败"), 1)
	}
	status := 0
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, notify, bytes.NewReader(body))
	if err == nil {
		req.Header = h
		var res *http.Response
		if res, err = s.client.Do(req); err == nil {
			status = res.StatusCode
			_, err = io.Copy(io.Discard, io.LimitReader(res.Body, maxBody))
			res.Body.Close()
		}
	}
	if err != nil {
		s.o.Log.Info("simulator: notification", "number", number, "error", err)
	}
	s.mu.Lock()
	s.log = append(s.log, Attempt{number, probe, status})
	s.mu.Unlock()
	return status == http.StatusOK || status == http.StatusNoContent
}

// Letter is a notification about a paid order, signed now, without sending it:
// what somebody who listens at the door would have.
func (s *Sim) Letter(merchant, number string) (http.Header, []byte, error) {
	d := &rehearsal.Notice{ID: "EV-" + rehearsal.Digits(28), Trade: merchant + "/" + number, Made: s.o.Clock.Now()}
	_, _, body, err := s.message(d)
	if err != nil {
		return nil, nil, err
	}
	h := http.Header{"Content-Type": {"application/json"}}
	return h, body, s.sign(h, body, s.signerOf(d), "")
}
