package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// pauses lie between attempts by one channel; after the last it has failed.
func pauses() []time.Duration {
	return []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
}

// asks are when a carrier is asked for a receipt.
func asks() []time.Duration {
	return []time.Duration{20 * time.Second, time.Minute, 10 * time.Minute, time.Hour, 12 * time.Hour}
}

func (s *Service) later(ctx context.Context, tx *db.Tx, project id.ID, m *Message, after time.Duration) error {
	return s.Jobs.Enqueue(ctx, tx, jobSend, fmt.Sprintf("%s/%s/%d", jobSend, m.ID, m.round), task{project, m.ID, m.round}, after)
}

// outgoing is a message with all it needs to leave.
type outgoing struct {
	Message
	account Account
	letter  Letter
}

func (s *Service) send(ctx context.Context, t task) error {
	out, err := s.prepare(ctx, t)
	if err != nil || out == nil {
		return err
	}
	reference, err := s.carriers[out.Carrier].Send(ctx, out.account, out.letter)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("send message: %w", err) // the house closes: the job comes back
	}
	return s.settle(ctx, t, reference, err)
}

// prepare decides whether the message goes now; nil when it does not.
func (s *Service) prepare(ctx context.Context, t task) (*outgoing, error) {
	var out *outgoing
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		out = nil
		m, err := lockMessage(ctx, tx, t.Project, t.Message)
		if err != nil {
			return err
		}
		if m.round != t.Round || m.State != Waiting && m.State != Sending {
			return nil
		}
		if may, err := s.mayGo(ctx, tx, t.Project, &m); err != nil || !may {
			return err
		}
		if m.Channel == Inbox {
			return s.lay(ctx, tx, t.Project, &m)
		}
		if err := s.render(ctx, tx, t.Project, &m); err != nil {
			return err
		}
		out, err = s.address(ctx, tx, t.Project, &m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("prepare message: %w", err)
	}
	return out, nil
}

// mayGo looks at the hour, the limits, the person's wish and whether there is
// still a reason; what may not go is put off or dropped in tx.
func (s *Service) mayGo(ctx context.Context, tx *db.Tx, project id.ID, m *Message) (bool, error) {
	if m.Kind == KindTest {
		return true, nil
	}
	if toStaff(m.Kind) {
		return timely(ctx, tx, project, m)
	}
	st, err := oneSetting(ctx, tx, project)
	if err != nil {
		return false, err
	}
	now := tx.Now()
	silent := m.Channel == Inbox // on a page it wakes and disturbs nobody
	if at := st.awake(now); at.After(now) && !silent {
		return false, s.putOff(ctx, tx, project, m, at, "夜间不打扰，早上再发")
	}
	if m.Kind != KindBill && !ofMoney(m.Kind) {
		wish, err := hasWish(ctx, tx, project, m.Person)
		if err != nil {
			return false, err
		}
		if wish {
			return false, drop(ctx, tx, project, m, "住户要求只发账单")
		}
		n, err := sentSince(ctx, tx, project, m.Person, clock.DateOf(now).Start())
		if err != nil {
			return false, err
		}
		if n >= st.DayLimit && !silent {
			tomorrow := clock.DateOf(now).AddDays(1).Start()
			return false, s.putOff(ctx, tx, project, m, st.awake(tomorrow), "今天发给这位住户的已到上限")
		}
	}
	if s.fresh == nil {
		return true, nil
	}
	words, still, err := s.fresh(ctx, tx, project, m)
	if err != nil {
		return false, err
	}
	if !still {
		return false, drop(ctx, tx, project, m, "发送前已缴清")
	}
	if words != nil {
		m.Words = words
	}
	return true, nil
}

func (s *Service) putOff(ctx context.Context, tx *db.Tx, project id.ID, m *Message, at time.Time, why string) error {
	m.State, m.Reason, m.Next = Waiting, why, at
	m.round++
	if err := updateMessage(ctx, tx, project, m); err != nil {
		return err
	}
	return s.later(ctx, tx, project, m, at.Sub(tx.Now()))
}

func drop(ctx context.Context, tx *db.Tx, project id.ID, m *Message, why string) error {
	m.State, m.Reason, m.secret = Dropped, why, ""
	return updateMessage(ctx, tx, project, m)
}

// address opens account and address and marks the message as on its way; nil
// when the account is not in use any more.
func (s *Service) address(ctx context.Context, tx *db.Tx, project id.ID, m *Message) (*outgoing, error) {
	account, err := s.accountOf(ctx, tx, project, m)
	if err != nil {
		return nil, err
	}
	if !account.Active {
		m.State, m.Reason = Failed, "发送账户已停用"
		return nil, updateMessage(ctx, tx, project, m)
	}
	to, err := s.Ring.Open(m.sealed[0], addressAt(project, m.ID))
	if err != nil {
		return nil, fmt.Errorf("open address: %w", err)
	}
	t, err := s.approved(ctx, tx, project, m)
	if err != nil {
		return nil, err
	}
	words, err := s.reveal(project, m)
	if err != nil {
		return nil, err
	}
	m.State, m.Reason = Sending, ""
	m.Attempts++
	l := Letter{ID: m.ID, Day: compact(tx.Now()), To: to, Name: m.PersonName, Subject: m.Subject, Body: m.Body, Code: t.codeAt(m.Carrier),
		Words: used(t.Body, words), Row: row(t.Body, words)}
	if m.secret != "" {
		l.Subject, l.Body = fill(t.Subject, words), fill(t.Body, words)
	}
	return &outgoing{*m, account, l}, updateMessage(ctx, tx, project, m)
}

// accountOf is the account that a message leaves by: with its carrier, or with
// the first of its channel while it has none in use. One that is not Active
// when there is no such account.
func (s *Service) accountOf(ctx context.Context, tx *db.Tx, project id.ID, m *Message) (Account, error) {
	line, err := s.line(ctx, tx, project, m.Channel)
	if err != nil {
		return Account{}, err
	}
	if !slices.Contains(line, m.Carrier) {
		if m.Kind == KindTest || len(line) == 0 {
			return Account{}, nil
		}
		m.Carrier, m.Attempts = line[0], 0
	}
	return s.Account(ctx, tx, project, m.Carrier)
}

// approved is the text that a message goes out by. A test of SMS has none of
// its own: it takes the first that the carrier has approved, with the examples.
func (s *Service) approved(ctx context.Context, tx *db.Tx, project id.ID, m *Message) (Template, error) {
	if m.Kind != KindTest {
		return oneTemplate(ctx, tx, project, m.Kind, m.Channel)
	}
	for _, k := range Kinds() {
		t, err := oneTemplate(ctx, tx, project, k.Key, m.Channel)
		if err != nil {
			return t, err
		}
		if t.codeAt(m.Carrier) != "" {
			m.Words = examples()
			m.Subject, m.Body = "", fill(t.Body, m.Words)
			return t, nil
		}
	}
	return Template{}, nil
}

// compact is the day of an instant as carriers write it.
func compact(at time.Time) string { return fmt.Sprintf("%08d", clock.DateOf(at)) }

// settle writes down what a carrier answered.
func (s *Service) settle(ctx context.Context, t task, reference string, failure error) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := lockMessage(ctx, tx, t.Project, t.Message)
		if err != nil || m.round != t.Round || m.State != Sending {
			return err
		}
		a := Attempt{Carrier: m.Carrier, At: tx.Now(), OK: failure == nil}
		if failure == nil {
			a.Text = "已交给" + s.carriers[m.Carrier].Name() + "服务商"
			m.State, m.SentAt, m.Reference, m.secret = Sent, tx.Now(), reference, ""
			m.round++
			if err := insertAttempt(ctx, tx, t.Project, m.ID, &a); err != nil {
				return err
			}
			if err := updateMessage(ctx, tx, t.Project, &m); err != nil {
				return err
			}
			return s.askLater(ctx, tx, t.Project, &m, 0)
		}
		r := refusal(failure)
		a.Code, a.Text = r.Code, r.Text
		if err := insertAttempt(ctx, tx, t.Project, m.ID, &a); err != nil {
			return err
		}
		return s.afterFailure(ctx, tx, t.Project, &m, r)
	})
}

func refusal(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return &Refusal{Code: "unreachable", Text: "连不上服务商"}
}

// afterFailure tries again later, asks the next carrier of the channel, takes
// the second way, or gives up.
func (s *Service) afterFailure(ctx context.Context, tx *db.Tx, project id.ID, m *Message, r *Refusal) error {
	m.Reason = r.Text
	m.round++
	rest := pauses()
	next, err := s.behind(ctx, tx, project, m)
	if err != nil {
		return err
	}
	switch {
	case !r.Final && m.Attempts <= len(rest):
		m.State, m.Next = Waiting, tx.Now().Add(rest[m.Attempts-1])
	case next != "" && !r.Number:
		m.Carrier, m.State, m.Attempts, m.Next = next, Waiting, 0, tx.Now()
	case m.Spare != "":
		m.next()
		m.State, m.Attempts, m.Next = Waiting, 0, tx.Now()
	default:
		m.State = Failed
	}
	if err := updateMessage(ctx, tx, project, m); err != nil || m.State == Failed {
		return err
	}
	return s.later(ctx, tx, project, m, m.Next.Sub(tx.Now()))
}

func (s *Service) askLater(ctx context.Context, tx *db.Tx, project id.ID, m *Message, n int) error {
	if n >= len(asks()) {
		return nil
	}
	return s.Jobs.Enqueue(ctx, tx, jobReceipt, fmt.Sprintf("%s/%s/%d/%d", jobReceipt, m.ID, m.round, n), receiptTask(project, m, n), asks()[n])
}

// receiptTask carries the number of the question above the round.
func receiptTask(project id.ID, m *Message, n int) task { return task{project, m.ID, m.round*100 + n} }

// receipt asks a carrier what became of a message it took.
func (s *Service) receipt(ctx context.Context, t task) error {
	round, n := t.Round/100, t.Round%100
	q := s.DB.Reader(ctx)
	m, err := oneMessage(ctx, q, t.Project, t.Message)
	if err != nil || m.State != Sent || m.round != round || s.carriers[m.Carrier] == nil {
		return err
	}
	account, err := s.Account(ctx, q, t.Project, m.Carrier)
	if err != nil {
		return err
	}
	to, err := s.Ring.Open(m.sealed[0], addressAt(t.Project, m.ID))
	if err != nil {
		return fmt.Errorf("open address: %w", err)
	}
	got, err := s.carriers[m.Carrier].Receipt(ctx, account, Letter{ID: m.ID, Day: compact(m.SentAt), To: to}, m.Reference)
	if err != nil {
		got = Receipt{Fate: Pending} // asked again at the next turn
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := lockMessage(ctx, tx, t.Project, t.Message)
		if err != nil || m.State != Sent || m.round != round {
			return err
		}
		switch got.Fate {
		case Arrived:
			m.State, m.DeliveredAt = Delivered, tx.Now()
			return updateMessage(ctx, tx, t.Project, &m)
		case Lost:
			if err := insertAttempt(ctx, tx, t.Project, m.ID, &Attempt{Carrier: m.Carrier, At: tx.Now(), Code: got.Code, Text: got.Text}); err != nil {
				return err
			}
			return s.afterFailure(ctx, tx, t.Project, &m, &Refusal{Code: got.Code, Text: got.Text, Final: true, Number: true})
		case Pending:
			return s.askLater(ctx, tx, t.Project, &m, n+1)
		}
		return nil
	})
}
