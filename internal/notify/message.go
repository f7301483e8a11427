package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// State is where a message stands.
type State string

// The states: waiting → sending → sent → delivered; a failure goes back to
// waiting, to the second way, or to failed. Dropped had no reason any more.
const (
	Waiting   State = "waiting"
	Sending   State = "sending"
	Sent      State = "sent"
	Delivered State = "delivered"
	Failed    State = "failed"
	Dropped   State = "dropped"
)

// Message is one row of the outbox.
type Message struct {
	ID          id.ID
	Dedupe      string // no second message with it
	Kind        string
	Ref         string // what it is about, for its sender
	Person      id.ID
	PersonName  string
	Room        id.ID
	RoomLabel   string
	Channel     string
	Carrier     string // that took it last, or is to; empty while it is not chosen
	AddressMask string
	Spare       string // next channel, empty when there is none left
	SpareMask   string
	Third       string // the one behind it
	ThirdMask   string
	Words       Words
	Subject     string
	Body        string
	State       State
	Reason      string // why it failed, waits or was dropped
	Attempts    int    // by the present channel
	Next        time.Time
	Reference   string
	Created     time.Time
	SentAt      time.Time
	DeliveredAt time.Time
	Patience    int       // hours in which somebody should open it on a page
	OpenedAt    time.Time // there, also when it has gone another way since
	sealed      [3]string // addresses by Channel, Spare and Third
	round       int
	secret      string    // sealed words that nobody may read later
	until       time.Time // when it helps nobody any more; zero: never
}

// Standing says in a word where the message stands.
func (m *Message) Standing() string { return standing(m.Channel, m.State) }

// Way is the name of the channel it takes.
func (m *Message) Way() string { return channelName(m.Channel) }

func standing(channel string, state State) string {
	switch {
	case channel == Inbox && state == Sent:
		return "未读"
	case channel == Inbox && state == Delivered:
		return "已读"
	}
	return map[State]string{Waiting: "待发", Sending: "发送中", Sent: "已发出", Delivered: "已送达", Failed: "没发出去", Dropped: "不用发了"}[state]
}

// next goes on by the spare channel.
func (m *Message) next() {
	m.Channel, m.Carrier, m.AddressMask = m.Spare, "", m.SpareMask
	m.Spare, m.SpareMask, m.Third, m.ThirdMask = m.Third, m.ThirdMask, "", ""
	m.sealed = [3]string{m.sealed[1], m.sealed[2]}
}

// back returns to the page that a message lay on first; what it was about to go
// by is spare again.
func (m *Message) back() {
	if m.Channel == Inbox {
		return
	}
	m.Third, m.ThirdMask, m.Spare, m.SpareMask = m.Spare, m.SpareMask, m.Channel, m.AddressMask
	m.Channel, m.Carrier, m.AddressMask = Inbox, "", onPage
	m.sealed = [3]string{"", m.sealed[0], m.sealed[1]}
}

// Address is where somebody can be reached by a channel; Inbox needs none.
type Address struct{ Channel, To string }

func (a Address) mask() string {
	if a.Channel == Inbox {
		return onPage
	}
	return Masked(a.To)
}

// Draft is a message to be written.
type Draft struct {
	Dedupe     string
	Kind, Ref  string
	Person     id.ID
	PersonName string
	Room       id.ID
	RoomLabel  string
	Addresses  []Address // in the order of preference; the second is the spare, and one may stand behind it
	Patience   int       // hours in which a message on a page should be opened before it goes the next way
	Carrier    string    // of a test: the one that is tried; otherwise the project's setting says
	Words      Words
	Secret     Words     // words that are in the letter and nowhere else
	Until      time.Time // when it is not worth sending any more; zero: never
}

// Post writes a message into the outbox of tx; false when one with that
// Dedupe is there already or there is no address. It goes out after the commit.
func (s *Service) Post(ctx context.Context, tx *db.Tx, project id.ID, d Draft) (bool, error) {
	if len(d.Addresses) == 0 {
		return false, nil
	}
	m := Message{ID: tx.NewID(), Dedupe: d.Dedupe, Kind: d.Kind, Ref: d.Ref, Person: d.Person, PersonName: d.PersonName, Room: d.Room, RoomLabel: d.RoomLabel,
		Carrier: d.Carrier, Words: d.Words, State: Waiting, Next: tx.Now(), Created: tx.Now(), Patience: d.Patience, until: d.Until}
	if err := s.hide(project, &m, d.Secret); err != nil {
		return false, err
	}
	for i, a := range d.Addresses[:min(3, len(d.Addresses))] {
		sealed, err := s.Ring.Seal(a.To, addressAt(project, m.ID))
		if err != nil {
			return false, fmt.Errorf("seal address: %w", err)
		}
		m.sealed[i] = sealed
		switch i {
		case 0:
			m.Channel, m.AddressMask = a.Channel, a.mask()
		case 1:
			m.Spare, m.SpareMask = a.Channel, a.mask()
		default:
			m.Third, m.ThirdMask = a.Channel, a.mask()
		}
	}
	if err := s.render(ctx, tx, project, &m); err != nil {
		return false, err
	}
	fresh, err := insertMessage(ctx, tx, project, &m)
	if err != nil || !fresh {
		return false, err
	}
	return true, s.later(ctx, tx, project, &m, 0)
}

func addressAt(project, message id.ID) string {
	return fmt.Sprintf("notify_message/address/%d/%d", int64(project), int64(message))
}

// render fills subject and body of a message for its channel.
func (s *Service) render(ctx context.Context, q db.Q, project id.ID, m *Message) error {
	if m.Kind == KindTest {
		m.Subject, m.Body = "邻里试发", "这是一条试发的消息，收到说明发送账户可以用。"
		return nil
	}
	t, err := oneTemplate(ctx, q, project, m.Kind, m.Channel)
	if err != nil {
		return fmt.Errorf("read template: %w", err)
	}
	w := shown(m.Channel, m.Words)
	m.Subject, m.Body = fill(t.Subject, w), fill(t.Body, w)
	return nil
}

// Masked hides an address but for what tells it from others: c***@163.com,
// 138****5678.
func Masked(to string) string {
	name, host, mail := strings.Cut(to, "@")
	if !mail {
		return crypt.MaskPhone(to)
	}
	r := []rune(name)
	return string(r[:min(1, len(r))]) + "***@" + host
}

// Filter narrows the list; zero fields do not.
type Filter struct {
	page.Request
	State   State
	Kind    string
	Channel string
	Room    id.ID
	Text    string // of a person or a room
}

// Messages lists messages, newest first.
func (s *Service) Messages(ctx context.Context, q db.Q, project id.ID, f Filter) (page.List[Message], error) {
	list, err := page.Newest(&f.Request, func(m Message) id.ID { return m.ID }, func(before id.ID) ([]Message, error) {
		return listMessages(ctx, q, project, &f, before)
	})
	if err != nil {
		return list, fmt.Errorf("list messages: %w", err)
	}
	return list, nil
}

// ToPerson are the last messages to somebody, newest first.
func (s *Service) ToPerson(ctx context.Context, q db.Q, project, person id.ID, limit int) ([]Message, error) {
	list, err := messagesTo(ctx, q, project, person, limit)
	if err != nil {
		return nil, fmt.Errorf("messages to a person: %w", err)
	}
	return list, nil
}

// Attempt is one handing over.
type Attempt struct {
	No      int
	Carrier string
	At      time.Time
	OK      bool
	Code    string
	Text    string
}

// Message reads one with its attempts. Error: fault.ErrNotFound.
func (s *Service) Message(ctx context.Context, q db.Q, project, message id.ID) (Message, []Attempt, error) {
	m, err := oneMessage(ctx, q, project, message)
	if err != nil {
		return m, nil, err
	}
	list, err := attemptsOf(ctx, q, project, message)
	if err != nil {
		return m, nil, fmt.Errorf("read attempts: %w", err)
	}
	return m, list, nil
}

// Resend sends a message again that has ended, by the way it took last.
// Errors: ErrState, ErrSecret, fault.ErrNotFound.
func (s *Service) Resend(ctx context.Context, who actor.Actor, project, message id.ID) (Message, error) {
	var m Message
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if m, err = lockMessage(ctx, tx, project, message); err != nil {
			return err
		}
		if m.State == Waiting || m.State == Sending {
			return ErrState
		}
		if m.Kind == KindCode {
			return ErrSecret
		}
		m.State, m.Attempts, m.Reason, m.Reference, m.Next = Waiting, 0, "", "", tx.Now()
		if m.Kind != KindTest {
			m.Carrier = ""
		}
		m.round++
		s.Record(tx, Note{Project: project, Who: who, Action: "notify.resent", Kind: "message", Subject: message,
			Summary: fmt.Sprintf("重发消息：%s，%s", m.RoomLabel, m.AddressMask)})
		if err := updateMessage(ctx, tx, project, &m); err != nil {
			return err
		}
		return s.later(ctx, tx, project, &m, 0)
	})
	if err != nil {
		return m, fmt.Errorf("resend: %w", err)
	}
	return m, nil
}

// Try sends a message to an address to see whether the account with a carrier
// works. Errors: ErrNoWay, fault.ErrNotFound for an unknown carrier.
func (s *Service) Try(ctx context.Context, who actor.Actor, project id.ID, carrier, to string) (id.ID, error) {
	c, ok := s.carriers[carrier]
	if !ok {
		return 0, fault.ErrNotFound
	}
	var made id.ID
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		a, err := oneAccount(ctx, tx, project, carrier)
		if err != nil {
			return err
		}
		if !a.Active {
			return ErrNoWay
		}
		dedupe := "test/" + tx.NewID().String()
		d := Draft{Dedupe: dedupe, Kind: KindTest, PersonName: who.Name, Addresses: []Address{{c.Channel(), to}}, Carrier: carrier, Words: Words{}}
		if _, err := s.Post(ctx, tx, project, d); err != nil {
			return err
		}
		made, err = byDedupe(ctx, tx, project, dedupe)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("send a test: %w", err)
	}
	return made, nil
}

// Broken names messages that should have gone a day ago and still wait.
func (s *Service) Broken(ctx context.Context, project id.ID) ([]string, error) {
	list, err := stuckMessages(ctx, s.DB.Reader(ctx), project, s.DB.Clock().Now().Add(-24*time.Hour))
	if err != nil {
		return nil, fmt.Errorf("check messages: %w", err)
	}
	return list, nil
}
