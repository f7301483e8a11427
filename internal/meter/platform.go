package meter

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// Platform is the access of a project to what collects its remote meters
// 采集平台: where it is, what to listen to, and how a message is read. The secret
// is in clear only here; stored it is sealed, and no answer shows it.
type Platform struct {
	Host   string // tcp://host:port or ssl://host:port
	Client string // what the platform knows this system by; empty for a name made of the project
	Login  string
	Secret string
	Topic  string // filter, with + and #
	// The fields of a message, dots for those inside another.
	Number, Value, Time string
	// Day of the month on which readings are taken over by themselves, 0 never.
	Day     int
	Active  bool
	Version int // 0 while nobody has set it
}

// maxTakeDay is the last day that every month has.
const maxTakeDay = 28

// What is refused of the access.
var (
	ErrPlatform    = fault.New(fault.Invalid, "meter_platform_invalid", "采集平台填写不完整，请按提示修改")
	ErrNoPlatform  = fault.New(fault.Conflict, "meter_platform_missing", "还没有接入采集平台，请先在「远传接入」里填写")
	ErrUnreachable = fault.New(fault.Conflict, "meter_platform_unreachable", "没有连上采集平台")
)

// Collector is the socket of what brings messages from a platform.
type Collector interface {
	// Check refuses an access that could not work: ErrPlatform.
	Check(p Platform) error
	// Listen holds one connection until it is lost or ctx ends, and answers why:
	// ErrUnreachable in words. The client's session outlives it, and a message is
	// acknowledged only after take kept it. up is told once it listens.
	Listen(ctx context.Context, p Platform, take func(ctx context.Context, list []Message) error, up func()) error
	// Try connects under another name, listens for a moment, and goes away.
	// What it hears stays unacknowledged. Error: ErrUnreachable.
	Try(ctx context.Context, p Platform, patience time.Duration) ([]Message, error)
}

// Message is what came from a platform, as it came.
type Message struct {
	Topic   string
	Payload []byte
}

// Plug fills the socket; it is called once, while the house is built.
func (s *Service) Plug(c Collector) { s.collector = c }

func usualPlatform() Platform {
	return Platform{Topic: "meters/#", Number: "meter", Value: "value", Time: "time"}
}

func (p *Platform) check() error {
	for _, f := range []*string{&p.Host, &p.Client, &p.Login, &p.Secret, &p.Topic, &p.Number, &p.Value, &p.Time} {
		*f = strings.TrimSpace(*f)
	}
	for _, f := range []struct {
		name, text string
		need       bool
	}{{"host", p.Host, true}, {"client_id", p.Client, false}, {"login", p.Login, false}, {"secret", p.Secret, false}, {"topic", p.Topic, true},
		{"number_field", p.Number, true}, {"value_field", p.Value, true}, {"time_field", p.Time, true}} {
		if f.need && f.text == "" {
			return ErrPlatform.At("body."+f.name, "要填写", nil)
		}
		if utf8.RuneCountInString(f.text) > 200 {
			return ErrPlatform.At("body."+f.name, "最多 200 个字", nil)
		}
	}
	if p.Day < 0 || p.Day > maxTakeDay {
		return ErrPlatform.At("body.take_day", "写 1–28 号；0 是不自动抄表", p.Day)
	}
	return nil
}

func platformSealedAt(project id.ID) string {
	return fmt.Sprintf("meter_platform/secret/%d", int64(project))
}

// Platform reads the access of a project with the secret in clear; one that
// nobody has set has Version 0.
func (s *Service) Platform(ctx context.Context, q db.Q, project id.ID) (Platform, error) {
	p, err := onePlatform(ctx, q, project)
	if err != nil || p.Secret == "" {
		return p, err
	}
	if p.Secret, err = s.ring.Open(p.Secret, platformSealedAt(project)); err != nil {
		return Platform{}, fmt.Errorf("open secret of platform: %w", err)
	}
	return p, nil
}

// whole fills what the caller left out of an access from the stored one, and
// checks it. A secret belongs to its host: elsewhere it would be given away.
func (s *Service) whole(p *Platform, before *Platform) error {
	if err := p.check(); err != nil {
		return err
	}
	if p.Secret == "" && p.Host == before.Host {
		p.Secret = before.Secret
	}
	return s.collector.Check(*p)
}

// SetPlatform stores the access of a project; an empty secret keeps the stored
// one while the host stays. Version must be the one that was read. Errors:
// ErrPlatform, fault.ErrStale.
func (s *Service) SetPlatform(ctx context.Context, tx *db.Tx, who actor.Actor, project id.ID, p Platform) (Platform, error) {
	before, err := s.Platform(ctx, tx, project)
	if err != nil {
		return p, err
	}
	if err := s.whole(&p, &before); err != nil {
		return p, err
	}
	if before.Version != p.Version {
		return p, fault.ErrStale
	}
	p.Version++
	sealed := p
	if p.Secret != "" {
		if sealed.Secret, err = s.ring.Seal(p.Secret, platformSealedAt(project)); err != nil {
			return p, err
		}
	}
	verb := "设置"
	if !p.Active {
		verb = "停用"
	}
	s.audit.Record(tx, audit.Entry{Project: project, Who: who, Action: "meter.platform_set", Kind: "meter_platform", Subject: project,
		Summary: verb + "采集平台 " + p.Host, Before: before.facts(), After: p.facts()})
	tx.AfterCommit(s.nudge)
	if p.Active && p.Day != 0 && (!before.Active || before.Day != p.Day) {
		// A day that is over when it is chosen is not made up for.
		if err := skipTaken(ctx, tx, project, p.due(clock.DateOf(tx.Now())).Month()); err != nil {
			return p, err
		}
	}
	return p, putPlatform(ctx, tx, project, &sealed)
}

// facts is what the log keeps: never the secret.
func (p *Platform) facts() map[string]any {
	return map[string]any{"host": p.Host, "client": p.Client, "login": p.Login, "topic": p.Topic, "number": p.Number, "value": p.Value, "time": p.Time,
		"day": p.Day, "active": p.Active, "version": p.Version}
}

// Trial is what a try at a platform heard.
type Trial struct {
	Messages int
	Samples  []Sample  // of the first messages that could be read
	Refused  []Refused // the first that could not
}

// trialPatience is how long a try listens.
const trialPatience = 5 * time.Second

// Try connects as an access says, without storing anything. Errors:
// ErrPlatform, ErrUnreachable.
func (s *Service) Try(ctx context.Context, project id.ID, p Platform) (Trial, error) {
	before, err := s.Platform(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return Trial{}, err
	}
	if err := s.whole(&p, &before); err != nil {
		return Trial{}, err
	}
	p.name(project)
	list, err := s.collector.Try(ctx, p, trialPatience)
	if err != nil {
		return Trial{}, err
	}
	good, bad := p.readAll(list, s.db.Clock().Now())
	const shown = 3
	return Trial{Messages: len(list), Samples: good[:min(len(good), shown)], Refused: bad[:min(len(bad), shown)]}, nil
}

// name gives the client a name that stays: the platform keeps what it has not
// delivered under it.
func (p *Platform) name(project id.ID) {
	if p.Client == "" {
		p.Client = "linli-" + project.String()
	}
}
