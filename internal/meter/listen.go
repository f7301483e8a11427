package meter

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/fault"
	"linli/internal/kit/id"
)

// How servers share the platforms: one holds each for as long as it says so
// again and again; where it falls silent another takes over.
const (
	holdFor   = time.Minute
	lookEvery = 10 * time.Second
	maxPause  = 2 * time.Minute // between two tries to connect
)

func (s *Service) nudge() {
	select {
	case s.wake <- struct{}{}:
	default: // it will look anyway
	}
}

// line is a platform that this server listens to.
type line struct {
	version int
	stop    context.CancelFunc
	done    chan struct{}
}

// Listen keeps the connections to the platforms of all projects until ctx ends.
// Where several servers share the database, each platform has one listener.
func (s *Service) Listen(ctx context.Context, log *slog.Logger) {
	s.self = s.db.IDs().New()
	lines := map[id.ID]*line{}
	defer func() {
		for project, l := range lines {
			s.hangUp(context.WithoutCancel(ctx), log, project, l)
		}
	}()
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		if err := s.look(ctx, log, lines); err != nil && ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelError, "look for platforms", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-t.C:
		}
	}
}

// look begins and ends lines so that they are what the projects want.
func (s *Service) look(ctx context.Context, log *slog.Logger, lines map[id.ID]*line) error {
	want, err := s.inUse(ctx)
	if err != nil {
		return err
	}
	for project, l := range lines {
		if p, ok := want[project]; !ok || p.Version != l.version {
			s.hangUp(ctx, log, project, l)
			delete(lines, project)
		}
	}
	held, err := s.hold(ctx, slices.Sorted(maps.Keys(want)))
	if err != nil {
		return err
	}
	for project, p := range want {
		l := lines[project]
		switch {
		case !held[project] && l != nil: // another server has it: this one fell silent too long
			l.end()
			delete(lines, project)
		case held[project] && l == nil:
			lines[project] = s.begin(ctx, log, project, p.Version)
		}
	}
	return nil
}

func (l *line) end() { l.stop(); <-l.done }

func (s *Service) hangUp(ctx context.Context, log *slog.Logger, project id.ID, l *line) {
	l.end()
	err := s.db.Write(ctx, func(tx *db.Tx) error { return letGo(ctx, tx, project, s.self) })
	if err != nil {
		log.LogAttrs(ctx, slog.LevelError, "let platform go", slog.Any("error", err))
	}
}

// hold says that this server has the platforms of some projects, and answers
// which of them it has. On SQLite there is no other server, whatever one that
// was killed has left behind.
func (s *Service) hold(ctx context.Context, projects []id.ID) (held map[id.ID]bool, err error) {
	if len(projects) == 0 {
		return nil, nil
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		held = map[id.ID]bool{}
		for _, p := range projects {
			if held[p], err = holdPlatform(ctx, tx, p, s.self, tx.Now().Add(holdFor), tx.Engine() == db.SQLite); err != nil {
				return err
			}
		}
		return nil
	})
	return held, err
}

// begin listens in the background, and again after each loss.
func (s *Service) begin(ctx context.Context, log *slog.Logger, project id.ID, version int) *line {
	ctx, stop := context.WithCancel(ctx)
	l := &line{version, stop, make(chan struct{})}
	go func() {
		defer close(l.done)
		pause := time.Second
		for ctx.Err() == nil {
			began := s.db.Clock().Now()
			err := s.listen(ctx, log, project)
			if ctx.Err() != nil {
				return
			}
			s.note(ctx, log, project, ContactLost, s.why(ctx, log, err))
			if s.db.Clock().Now().Sub(began) > maxPause {
				pause = time.Second
			}
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			pause = min(2*pause, maxPause)
		}
	}()
	return l
}

// listen holds one connection.
func (s *Service) listen(ctx context.Context, log *slog.Logger, project id.ID) error {
	p, err := s.Platform(ctx, s.db.Reader(ctx), project)
	if err != nil {
		return err
	}
	p.name(project)
	s.note(ctx, log, project, Connecting, "")
	return s.collector.Listen(ctx, p, func(ctx context.Context, list []Message) error { return s.Keep(ctx, project, &p, list) },
		func() { s.note(ctx, log, project, Connected, "") })
}

// why is what the page says of a loss; what is no news from the platform goes to
// the log alone.
func (s *Service) why(ctx context.Context, log *slog.Logger, err error) string {
	if f := fault.As(err); f != nil {
		return f.Text
	}
	log.LogAttrs(ctx, slog.LevelError, "listen to platform", slog.Any("error", err))
	return "收到的读数没有存下来，稍后会再收一次"
}

func (s *Service) note(ctx context.Context, log *slog.Logger, project id.ID, state ContactState, reason string) {
	err := s.db.Write(ctx, func(tx *db.Tx) error { return noteContact(ctx, tx, project, s.self, state, reason) })
	if err != nil && ctx.Err() == nil {
		log.LogAttrs(ctx, slog.LevelError, "note contact", slog.Any("error", err))
	}
}
