package notify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// The channels, which say what address somebody is reached by.
const (
	Mail = "mail"
	SMS  = "sms"
)

func channelName(channel string) string {
	switch channel {
	case Mail:
		return "邮件"
	case Inbox:
		return "站内消息"
	}
	return "短信"
}

// The carriers of SMS; Aliyun was there before there was another.
const (
	Aliyun  = "sms"
	Tencent = "tencent"
)

// Carrier is the socket of what takes messages out of the house.
type Carrier interface {
	Key() string     // mail, sms, tencent
	Channel() string // mail, sms
	Name() string    // 邮件, 阿里云短信, 腾讯云短信
	// Check refuses an account that the carrier could not work with: ErrAccount.
	Check(a Account) error
	// Send hands a letter over and answers the carrier's reference. A
	// *Refusal says whether trying again can help; other errors count as
	// passing. The same ID may come twice.
	Send(ctx context.Context, a Account, l Letter) (reference string, err error)
	// Receipt asks what became of a letter; Pending while nobody knows.
	Receipt(ctx context.Context, a Account, l Letter, reference string) (Receipt, error)
}

// Account is what a project sends by. The secret is in clear only here.
type Account struct {
	Carrier string
	Host    string // of a mail server, host:port; carriers with one host ignore it
	App     string // SDK AppID of Tencent; the others have none
	Login   string // user, or access key id
	Secret  string
	Sender  string // address of the sender, or the signature of SMS
	Active  bool
	Version int // 0 while nobody has set it
}

// Letter is one message for one address.
type Letter struct {
	ID      id.ID
	Day     string // 20261122, on which it was handed over
	To      string
	Name    string
	Subject string
	Body    string
	Code    string            // number of the approved template
	Words   map[string]string // for it, by name
	Row     []string          // for it, one for each placeholder in the order of the text
}

// Refusal is a carrier's no.
type Refusal struct {
	Code  string // as the carrier spells it
	Text  string // in words
	Final bool   // trying again cannot help
	// Number says that it is this number, not the carrier: no other carrier of
	// the channel is asked, neither to reach it nor to get around its limits.
	Number bool
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Text }

// Fate is what a receipt says.
type Fate string

// The fates.
const (
	Pending Fate = "pending"
	Arrived Fate = "arrived"
	Lost    Fate = "lost"
	Mute    Fate = "mute" // the carrier gives no receipts
)

// Receipt is what a carrier says about a letter it has taken.
type Receipt struct {
	Fate Fate
	Code string
	Text string
}

func sealedAt(project id.ID, carrier string) string {
	return fmt.Sprintf("notify_account/secret/%d/%s", int64(project), carrier)
}

// Account reads an account with its secret in clear; one that nobody has set
// has Version 0.
func (s *Service) Account(ctx context.Context, q db.Q, project id.ID, carrier string) (Account, error) {
	a, err := oneAccount(ctx, q, project, carrier)
	if err != nil || a.Secret == "" {
		return a, err
	}
	if a.Secret, err = s.Ring.Open(a.Secret, sealedAt(project, carrier)); err != nil {
		return Account{}, fmt.Errorf("open secret of account: %w", err)
	}
	return a, nil
}

// SetAccount stores an account; an empty secret keeps the stored one. Version
// must be the one that was read. Errors: ErrAccount, fault.ErrNotFound for an
// unknown carrier, fault.ErrStale.
func (s *Service) SetAccount(ctx context.Context, who actor.Actor, project id.ID, a Account) (Account, error) {
	c, ok := s.carriers[a.Carrier]
	if !ok {
		return a, fault.ErrNotFound
	}
	for _, f := range []*string{&a.Host, &a.App, &a.Login, &a.Secret, &a.Sender} {
		*f = strings.TrimSpace(*f)
	}
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		before, err := s.Account(ctx, tx, project, a.Carrier)
		if err != nil {
			return err
		}
		if before.Version != a.Version {
			return fault.ErrStale
		}
		// A secret belongs to its host: elsewhere it would be given away.
		if a.Secret == "" && a.Host == before.Host {
			a.Secret = before.Secret
		}
		if err := c.Check(a); err != nil {
			return err
		}
		a.Version++
		sealed := a
		if a.Secret != "" {
			if sealed.Secret, err = s.Ring.Seal(a.Secret, sealedAt(project, a.Carrier)); err != nil {
				return err
			}
		}
		s.Record(tx, Note{Project: project, Who: who, Action: "notify.account_set", Kind: "notify_account", Subject: project,
			Summary: "设置" + c.Name() + "发送账户 " + a.Login, Before: before.facts(), After: a.facts()})
		return putAccount(ctx, tx, project, &sealed)
	})
	if err != nil {
		return a, fmt.Errorf("set account: %w", err)
	}
	return a, nil
}

// facts is what the log keeps: never the secret.
func (a *Account) facts() map[string]any {
	return map[string]any{"host": a.Host, "app": a.App, "login": a.Login, "sender": a.Sender, "active": a.Active, "version": a.Version}
}

// Ways are the channels with an active account, the preferred first.
func (s *Service) Ways(ctx context.Context, q db.Q, project id.ID) ([]string, error) {
	active, err := activeAccounts(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("active accounts: %w", err)
	}
	out := []string{}
	for _, key := range s.order {
		if way := s.carriers[key].Channel(); active[key] && !slices.Contains(out, way) {
			out = append(out, way)
		}
	}
	return out, nil
}

// line are the carriers of a channel with an active account, in the order in
// which the project asks them.
func (s *Service) line(ctx context.Context, q db.Q, project id.ID, channel string) ([]string, error) {
	active, err := activeAccounts(ctx, q, project)
	if err != nil {
		return nil, fmt.Errorf("active accounts: %w", err)
	}
	st, err := oneSetting(ctx, q, project)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, key := range s.order {
		switch {
		case !active[key] || s.carriers[key].Channel() != channel:
		case key == st.SMSFirst:
			out = slices.Insert(out, 0, key)
		default:
			out = append(out, key)
		}
	}
	return out, nil
}

// behind is the carrier that is asked after the one a message went by, empty
// when there is none. A test is of one carrier alone.
func (s *Service) behind(ctx context.Context, q db.Q, project id.ID, m *Message) (string, error) {
	if m.Kind == KindTest {
		return "", nil
	}
	line, err := s.line(ctx, q, project, m.Channel)
	if err != nil {
		return "", err
	}
	if i := slices.Index(line, m.Carrier) + 1; i > 0 && i < len(line) {
		return line[i], nil
	}
	return "", nil
}

// channels are those that have texts: with a carrier, the preferred first, and
// the page.
func (s *Service) channels() []string {
	out := []string{}
	for _, key := range s.order {
		if c := s.carriers[key].Channel(); !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	return append(out, Inbox)
}
