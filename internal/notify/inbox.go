package notify

import (
	"context"
	"fmt"
	"maps"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
)

// Inbox is the channel 站内消息: what lies on the page that a room's pay code
// opens. It has no carrier and makes no sound, so quiet hours and the limit of
// a day do not hold for it; its receipt is that somebody opens it.
const Inbox = "inbox"

// onPage stands where other channels have an address.
const onPage = "缴费页面"

const (
	laidText     = "已放到缴费页面"
	entriesShown = 50
	// keepEntries is how long a message lies on a page, a year and a month; the
	// outbox keeps what was sent.
	keepEntries = 396 * 24 * time.Hour
	forgetBatch = 1000
)

// Page is where a message is laid: the page of one room, and the words of that
// room alone, because whoever holds its code sees no other.
type Page struct {
	Room  id.ID
	Words Words
}

// Pages finds the pages that a message can be opened on in the moment it is
// laid there; none when its person has no code that opens one.
type Pages func(ctx context.Context, q db.Q, project id.ID, m *Message) ([]Page, error)

// Entry is a message on the page of a room. Its texts hold no name in full: the
// page has no login.
type Entry struct {
	ID       id.ID
	Message  id.ID
	Room     id.ID
	Person   id.ID // who pays for the room, and is told
	Kind     string
	Ref      string
	Title    string
	Body     string
	At       time.Time
	OpenedAt time.Time // zero while nobody has
}

// PlugInbox fills the socket of who finds pages, while the house is built.
func (s *Service) PlugInbox(pages Pages) { s.pages = pages }

// shown are the words that a channel may show.
func shown(channel string, w Words) Words {
	if channel != Inbox || w["姓名"] == "" {
		return w
	}
	w = maps.Clone(w)
	w["姓名"] = crypt.MaskName(w["姓名"])
	return w
}

// lay puts a message on the pages of its household: no carrier has to be waited
// for, so it happens in the transaction that decides it. Without a page it goes
// the next way.
func (s *Service) lay(ctx context.Context, tx *db.Tx, project id.ID, m *Message) error {
	var pages []Page
	if s.pages != nil {
		var err error
		if pages, err = s.pages(ctx, tx, project, m); err != nil {
			return fmt.Errorf("find pages: %w", err)
		}
	}
	m.Attempts++
	if len(pages) == 0 {
		return s.missed(ctx, tx, project, m, &Refusal{Code: "no_page", Text: "这户没有打得开的缴费二维码", Final: true})
	}
	t, err := oneTemplate(ctx, tx, project, m.Kind, Inbox)
	if err != nil {
		return fmt.Errorf("read template: %w", err)
	}
	for i := range pages {
		w := shown(Inbox, pages[i].Words)
		e := Entry{ID: tx.NewID(), Message: m.ID, Room: pages[i].Room, Person: m.Person, Kind: m.Kind, Ref: m.Ref, Title: fill(t.Subject, w), Body: fill(t.Body, w), At: tx.Now()}
		if err := putEntry(ctx, tx, project, &e); err != nil {
			return err
		}
		if i == 0 {
			m.Subject, m.Body = e.Title, e.Body
		}
	}
	m.State, m.Reason, m.SentAt, m.OpenedAt, m.DeliveredAt = Sent, "", tx.Now(), time.Time{}, time.Time{}
	m.round++
	text := laidText
	if len(pages) > 1 {
		text = fmt.Sprintf("已放到 %d 间房的缴费页面", len(pages))
	}
	if err := insertAttempt(ctx, tx, project, m.ID, &Attempt{Carrier: Inbox, At: tx.Now(), OK: true, Text: text}); err != nil {
		return err
	}
	patience := time.Duration(m.Patience) * time.Hour
	if m.Spare != "" {
		m.Next = tx.Now().Add(patience)
	}
	if err := updateMessage(ctx, tx, project, m); err != nil || m.Spare == "" {
		return err
	}
	return s.Jobs.Enqueue(ctx, tx, jobUnread, fmt.Sprintf("%s/%s/%d", jobUnread, m.ID, m.round), task{project, m.ID, m.round}, patience)
}

// Lay puts messages on the page of their Room each, in tx: their writer knows that
// there is one, that each Dedupe is new, and has no other way for them.
func (s *Service) Lay(ctx context.Context, tx *db.Tx, project id.ID, list []Draft) error {
	messages, entries := make([]Message, len(list)), make([]Entry, len(list))
	texts := map[string]Template{}
	for i := range list {
		d := &list[i]
		t, known := texts[d.Kind]
		if !known {
			var err error
			if t, err = oneTemplate(ctx, tx, project, d.Kind, Inbox); err != nil {
				return fmt.Errorf("read template: %w", err)
			}
			texts[d.Kind] = t
		}
		w := shown(Inbox, d.Words)
		m := Message{ID: tx.NewID(), Dedupe: d.Dedupe, Kind: d.Kind, Ref: d.Ref, Person: d.Person, PersonName: d.PersonName, Room: d.Room, RoomLabel: d.RoomLabel,
			Channel: Inbox, AddressMask: onPage, Words: d.Words, Subject: fill(t.Subject, w), Body: fill(t.Body, w), State: Sent, Attempts: 1, round: 1,
			Next: tx.Now(), Created: tx.Now(), SentAt: tx.Now()}
		messages[i] = m
		entries[i] = Entry{ID: tx.NewID(), Message: m.ID, Room: m.Room, Person: m.Person, Kind: m.Kind, Ref: m.Ref, Title: m.Subject, Body: m.Body, At: tx.Now()}
	}
	return insertLaid(ctx, tx, project, messages, entries)
}

// missed notes that nobody was reached on a page, and takes the next way.
func (s *Service) missed(ctx context.Context, tx *db.Tx, project id.ID, m *Message, r *Refusal) error {
	if err := insertAttempt(ctx, tx, project, m.ID, &Attempt{Carrier: Inbox, At: tx.Now(), Code: r.Code, Text: r.Text}); err != nil {
		return err
	}
	return s.afterFailure(ctx, tx, project, m, r)
}

// unread sends a message the next way that nobody has opened in time. It stays
// on the page.
func (s *Service) unread(ctx context.Context, t task) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := lockMessage(ctx, tx, t.Project, t.Message)
		if err != nil || m.round != t.Round || m.State != Sent || m.Channel != Inbox {
			return err
		}
		return s.missed(ctx, tx, t.Project, &m, &Refusal{Code: "unread", Text: fmt.Sprintf("%d 小时没有打开", m.Patience), Final: true})
	})
	if err != nil {
		return fmt.Errorf("message not opened: %w", err)
	}
	return nil
}

// Onward sends a message the next way at once that lies unopened on a page.
// Errors: ErrNoNext, fault.ErrNotFound.
func (s *Service) Onward(ctx context.Context, who actor.Actor, project, message id.ID) (Message, error) {
	var m Message
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		var err error
		if m, err = lockMessage(ctx, tx, project, message); err != nil {
			return err
		}
		if m.Channel != Inbox || m.State != Sent || m.Spare == "" {
			return ErrNoNext
		}
		s.Record(tx, Note{Project: project, Who: who, Action: "notify.sent_onward", Kind: "message", Subject: message,
			Summary: fmt.Sprintf("站内消息改发%s：%s，%s", channelName(m.Spare), m.RoomLabel, m.SpareMask)})
		return s.missed(ctx, tx, project, &m, &Refusal{Code: "onward", Text: "没有等住户打开，由" + who.Name + "改发", Final: true})
	})
	if err != nil {
		return m, fmt.Errorf("send onward: %w", err)
	}
	return m, nil
}

// Entries are what lies on the page of a room for who pays for it, newest
// first; fifty at most.
func (s *Service) Entries(ctx context.Context, q db.Q, project, room, person id.ID) ([]Entry, error) {
	list, err := entriesOf(ctx, q, project, room, person)
	if err != nil {
		return nil, fmt.Errorf("read messages of a page: %w", err)
	}
	return list, nil
}

// Unopened counts those of Entries that nobody has opened.
func (s *Service) Unopened(ctx context.Context, q db.Q, project, room, person id.ID) (int, error) {
	n, err := countUnopened(ctx, q, project, room, person)
	if err != nil {
		return 0, fmt.Errorf("count messages of a page: %w", err)
	}
	return n, nil
}

// OpenEntry reads one that lies on the page of a room, and notes the first time
// somebody does. Error: fault.ErrNotFound for one of another room or person.
func (s *Service) OpenEntry(ctx context.Context, project, room, person, entry id.ID) (Entry, error) {
	e, err := oneEntry(ctx, s.DB.Reader(ctx), project, room, person, entry)
	if err != nil || !e.OpenedAt.IsZero() {
		return e, err
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		m, err := lockMessage(ctx, tx, project, e.Message)
		if err != nil {
			return err
		}
		if e, err = oneEntry(ctx, tx, project, room, person, entry); err != nil || !e.OpenedAt.IsZero() {
			return err
		}
		e.OpenedAt = tx.Now()
		if err := openEntry(ctx, tx, project, &e); err != nil {
			return err
		}
		return s.opened(ctx, tx, project, &m)
	})
	if err != nil {
		return e, fmt.Errorf("open message: %w", err)
	}
	return e, nil
}

// opened is the receipt of a message on a page. One that waits to go another
// way, because nobody had opened it, needs not go any more.
func (s *Service) opened(ctx context.Context, tx *db.Tx, project id.ID, m *Message) error {
	if !m.OpenedAt.IsZero() {
		return nil
	}
	m.OpenedAt = tx.Now()
	if m.Channel == Inbox || m.State == Waiting {
		m.back()
		m.State, m.Reason, m.DeliveredAt = Delivered, "", tx.Now()
		m.round++
	}
	if err := insertAttempt(ctx, tx, project, m.ID, &Attempt{Carrier: Inbox, At: tx.Now(), OK: true, Text: "住户在缴费页面打开了"}); err != nil {
		return err
	}
	return updateMessage(ctx, tx, project, m)
}

// Forget takes what has lain on the pages of a project for longer than a year
// and a month away; the outbox keeps what was sent.
func (s *Service) Forget(ctx context.Context, project id.ID) error {
	before := id.At(s.DB.Clock().Now().Add(-keepEntries))
	for {
		n := 0
		err := s.DB.Write(ctx, func(tx *db.Tx) (err error) {
			n, err = deleteEntries(ctx, tx, project, before, forgetBatch)
			return err
		})
		if err != nil {
			return fmt.Errorf("forget messages of pages: %w", err)
		}
		if n < forgetBatch {
			return nil
		}
	}
}
