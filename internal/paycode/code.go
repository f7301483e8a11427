package paycode

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/crypt"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// tokenBytes is how much of a token is chance.
const tokenBytes = 18

const maxReason = 200

// State is where a code stands.
type State string

// The states. Moved is an active code whose payer does not pay for the room
// any more: it opens nothing.
const (
	Active State = "active"
	Ended  State = "ended"
	Moved  State = "moved"
)

// Code is one pay code of a room.
type Code struct {
	ID          id.ID
	Room        id.ID
	Payer       id.ID // for whom it was made; 0 while the room had no payer
	State       State
	Reason      string // why it was ended
	CreatedBy   id.ID
	CreatedName string
	CreatedAt   time.Time
	EndedBy     id.ID
	EndedName   string
	EndedAt     time.Time
	Link        string // text of the QR code, of an active one
	token       string // in clear, <project>.<chance>
	blind, enc  string // as stored
}

func sealedAt(project, code id.ID) string {
	return fmt.Sprintf("paycode_code/token/%d/%d", int64(project), int64(code))
}

func (s *Service) blind(project id.ID, token string) string {
	return s.Ring.Blind(int64(project), "paycode", token)
}

// link is the text of the QR code.
func (s *Service) link(token string) string { return s.Address() + "/pay/" + token }

// Code reads the newest code of a room, whatever became of it. Errors:
// fault.ErrNotFound when the room never had one, estate.ErrNoRoom.
func (s *Service) Code(ctx context.Context, project, room id.ID) (Code, error) {
	q := s.DB.Reader(ctx)
	payer, err := s.payerOf(ctx, q, project, room)
	if err != nil {
		return Code{}, fmt.Errorf("read pay code: %w", err)
	}
	c, err := newestCode(ctx, q, project, room)
	if err != nil {
		return c, fmt.Errorf("read pay code: %w", err)
	}
	if c.State == Active && c.Payer != payer {
		c.State = Moved
	}
	if c.State == Active {
		if c.token, err = s.Ring.Open(c.enc, sealedAt(project, c.ID)); err != nil {
			return c, fmt.Errorf("read pay code: %w", err)
		}
		c.Link = s.link(c.token)
	}
	return c, nil
}

func (s *Service) payerOf(ctx context.Context, q db.Q, project, room id.ID) (id.ID, error) {
	h, err := s.Estate.Household(ctx, q, project, room)
	if err != nil || h.Payer == nil {
		return 0, err
	}
	return h.Payer.ID, nil
}

// Issue makes a new code for a room; one that was active ends, so that its
// paper opens nothing any more. Error: estate.ErrNoRoom.
func (s *Service) Issue(ctx context.Context, who actor.Actor, project, room id.ID) (Code, error) {
	var c Code
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		payer, err := s.payerOf(ctx, tx, project, room)
		if err != nil {
			return err
		}
		c, err = s.issue(ctx, tx, who, project, room, payer)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("issue pay code: %w", err)
	}
	return c, nil
}

func (s *Service) issue(ctx context.Context, tx *db.Tx, who actor.Actor, project, room, payer id.ID) (Code, error) {
	old, err := lockActive(ctx, tx, project, room)
	if err != nil {
		return Code{}, err
	}
	if old.ID != 0 {
		if err := s.end(ctx, tx, who, project, &old, "换新"); err != nil {
			return Code{}, err
		}
	}
	c := Code{ID: tx.NewID(), Room: room, Payer: payer, State: Active, CreatedBy: who.Account, CreatedName: who.Name, CreatedAt: tx.Now()}
	c.token = project.String() + "." + crypt.Token(tokenBytes)
	c.Link, c.blind = s.link(c.token), s.blind(project, c.token)
	if c.enc, err = s.Ring.Seal(c.token, sealedAt(project, c.ID)); err != nil {
		return c, err
	}
	if err := insertCode(ctx, tx, project, &c); err != nil {
		return c, fmt.Errorf("write pay code: %w", err)
	}
	label, err := s.label(ctx, tx, project, room)
	if err != nil {
		return c, err
	}
	s.Audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "paycode.issued", Kind: "paycode", Subject: c.ID,
		Summary: label + " 生成缴费二维码", After: map[string]any{"room": label, "renewed": old.ID != 0}})
	return c, nil
}

func (s *Service) label(ctx context.Context, q db.Q, project, room id.ID) (string, error) {
	labels, err := s.Estate.Labels(ctx, q, project, []id.ID{room})
	return labels[room], err
}

// End stops the active code of a room. Errors: ErrReason, fault.ErrNotFound
// when there is none.
func (s *Service) End(ctx context.Context, who actor.Actor, project, room id.ID, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" || utf8.RuneCountInString(reason) > maxReason {
		return ErrReason.At("body.reason", "1–200 个字", nil)
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := lockActive(ctx, tx, project, room)
		if err != nil {
			return err
		}
		if c.ID == 0 {
			return fault.ErrNotFound
		}
		return s.end(ctx, tx, who, project, &c, reason)
	})
	if err != nil {
		return fmt.Errorf("end pay code: %w", err)
	}
	return nil
}

func (s *Service) end(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, c *Code, reason string) error {
	c.State, c.Reason, c.EndedBy, c.EndedName, c.EndedAt = Ended, reason, who.Account, who.Name, tx.Now()
	if err := updateCode(ctx, tx, project, c); err != nil {
		return fmt.Errorf("write pay code: %w", err)
	}
	label, err := s.label(ctx, tx, project, c.Room)
	if err != nil {
		return err
	}
	s.Audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "paycode.ended", Kind: "paycode", Subject: c.ID,
		Summary: label + " 停用缴费二维码：" + reason, After: map[string]any{"room": label, "reason": reason}})
	return nil
}

// opened is a code that somebody holds, with the room as it is now.
type opened struct {
	project id.ID
	Code
}

// open finds the code that a token belongs to. The project that the token
// names is only where to look: without the rest nothing is found there. A code
// whose payer does not pay for the room any more is gone. Errors: ErrGone,
// ErrTooMany.
func (s *Service) open(ctx context.Context, q db.Q, who actor.Actor, token string) (opened, error) {
	miss := "miss/" + who.Address
	if s.limits.over(miss, missesAllowed) {
		return opened{}, ErrTooMany
	}
	o, err := s.find(ctx, q, token)
	if errors.Is(err, ErrGone) {
		s.limits.count(miss, missesAllowed, missesWithin)
	}
	if err != nil {
		return o, err
	}
	if !s.limits.count("read/"+o.ID.String(), readsAllowed, readsWithin) {
		return o, ErrTooMany
	}
	return o, nil
}

func (s *Service) find(ctx context.Context, q db.Q, token string) (opened, error) {
	head, _, _ := strings.Cut(token, ".")
	project, err := id.Parse(head)
	if err != nil {
		return opened{}, ErrGone
	}
	c, err := codeByToken(ctx, q, project, s.blind(project, token))
	if errors.Is(err, fault.ErrNotFound) || err == nil && c.State != Active {
		return opened{}, ErrGone
	}
	if err != nil {
		return opened{}, fmt.Errorf("open pay code: %w", err)
	}
	payer, err := s.payerOf(ctx, q, project, c.Room)
	if err != nil {
		return opened{}, fmt.Errorf("open pay code: %w", err)
	}
	if payer != c.Payer {
		return opened{}, ErrGone
	}
	c.token = token
	return opened{project, c}, nil
}
