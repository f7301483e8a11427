package audit

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
)

// Entry is one change as its command describes it.
type Entry struct {
	Project id.ID // 0 for the installation
	Who     actor.Actor
	Action  string // room.verb in the past tense: billing.released
	Kind    string // noun of the subject: run, charge, account
	Subject id.ID
	Summary string // one Chinese sentence for the log page
	Before  any    // nil when there was nothing; never secrets or clear personal data
	After   any    // nil when nothing is left
	Person  id.ID  // whose personal data was touched or shown, 0 if nobody's
	batch   *batchRow
}

// Row is one entry as stored.
type Row struct {
	Project id.ID
	Seq     int64
	At      time.Time
	Account id.ID // 0 for the system itself and for visitors
	Name    string
	Session string // digest of the session token
	Address string // network address of the client
	Action  string
	Kind    string
	Subject id.ID
	Person  id.ID
	Summary string
	Before  string // JSON as written, empty when there was nothing
	After   string
	mac     []byte
	batch   *batchRow // only while it is written
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	page.Request
	Text    string // words that stand in the sentence, the name or the address, all of them
	Account id.ID
	Kind    string
	Action  string
	Subject id.ID
	Person  id.ID
	Since   time.Time // inclusive
	Until   time.Time // exclusive
}

// Record adds an entry to the end of its project's chain when tx commits, so
// that the head of the chain is locked last and shortest. Before and After are
// taken as they are now. An entry that cannot be written fails the commit. The
// entry of a savepoint that is rolled back is dropped with it.
func (s *Service) Record(tx *db.Tx, e Entry) {
	r := Row{
		Project: e.Project, Account: e.Who.Account, Name: clean(e.Who.Name), Session: clean(e.Who.Session),
		Address: clean(e.Who.Address), Action: clean(e.Action), Kind: clean(e.Kind), Subject: e.Subject,
		Person: e.Person, Summary: clean(e.Summary), At: tx.Now(), batch: e.batch,
	}
	var err error
	if r.Before, err = written(e.Before); err == nil {
		r.After, err = written(e.After)
	}
	tx.BeforeCommit(func(_ context.Context, tx *db.Tx) error {
		if err != nil {
			return fmt.Errorf("audit %s: %w", e.Action, err)
		}
		p := tx.Note(pendingKey{s}, func() any { return &pending{} }).(*pending)
		if len(p.rows) == 0 {
			// Put at the very end: by then every entry that survived is here.
			tx.BeforeCommit(func(ctx context.Context, tx *db.Tx) error { return s.chainAll(ctx, tx, p) })
		}
		p.rows = append(p.rows, &r)
		return nil
	})
}

// pending are the entries of a transaction that is about to commit.
type pending struct{ rows []*Row }

type pendingKey struct{ s *Service }

// chainAll writes the entries of a transaction in the order of their projects,
// so that transactions that touch several chains cannot wait for each other.
func (s *Service) chainAll(ctx context.Context, tx *db.Tx, p *pending) error {
	rows := p.rows
	p.rows = nil
	slices.SortStableFunc(rows, func(a, b *Row) int { return cmp.Compare(a.Project, b.Project) })
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r *Row) bool { return r.Project != rows[0].Project })
		if n < 0 {
			n = len(rows)
		}
		if err := s.chain(ctx, tx, rows[:n]); err != nil {
			return fmt.Errorf("audit %s: %w", rows[0].Action, err)
		}
		rows = rows[n:]
	}
	return nil
}

// chain takes the next places in the chain of one project and seals the rows
// into them.
func (s *Service) chain(ctx context.Context, tx *db.Tx, rows []*Row) error {
	if len(s.key) == 0 {
		return errNoKey
	}
	seq, mac, err := nextPlaces(ctx, tx, rows[0].Project, len(rows))
	if err != nil {
		return err
	}
	for i, r := range rows {
		r.Seq, r.mac = seq+int64(i), nil
		r.mac = s.seal(mac, r)
		mac = r.mac
	}
	if err := placeBatches(ctx, tx, rows); err != nil {
		return err
	}
	return appendRows(ctx, tx, rows)
}

// seal is the MAC of an entry and, through prev, of all before it. Every field
// is preceded by its length, so that no text can move from one field to the
// next unseen.
func (s *Service) seal(prev []byte, r *Row) []byte {
	h := hmac.New(sha256.New, s.key)
	text := func(v string) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(v)))
		h.Write(n[:])
		h.Write([]byte(v))
	}
	number := func(v int64) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(v))
		text(string(n[:]))
	}
	text("linli.audit.1")
	text(string(prev))
	for _, v := range []int64{int64(r.Project), r.Seq, r.At.UnixMicro(), int64(r.Account), int64(r.Subject), int64(r.Person)} {
		number(v)
	}
	for _, v := range []string{r.Name, r.Session, r.Address, r.Action, r.Kind, r.Summary, r.Before, r.After} {
		text(v)
	}
	return h.Sum(nil)
}

// written is the JSON of one side of a change; nothing is the empty text.
func written(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return clean(string(b)), nil
}

// clean drops what a TEXT column of PostgreSQL refuses; a log line must never
// be the reason a command fails.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "")
}

// why is the reason of a refusal in words.
func why(status int) string {
	switch status {
	case 401:
		return "没有登录，或登录没有通过"
	case 403:
		return "没有权限"
	case 404:
		return "不在他能看的范围里"
	case 422:
		return "验证码不对"
	case 429:
		return "次数太多"
	}
	return fmt.Sprint(status)
}

// Refused writes down that an operation was refused. It is told by the edge
// and has nobody to answer to, so a failure goes to the log. Refusals of
// visitors who are not signed in are written at most 60 times a minute:
// anybody can cause them, and nobody may fill the disk with them.
func (s *Service) Refused(ctx context.Context, who actor.Actor, operation, what string, project id.ID, status int) {
	if who.Account == 0 && !s.anonyms.take(s.db.Clock().Now()) {
		return
	}
	chain := project
	if !who.Sees(project) {
		chain = 0
	}
	// A caller who hangs up must not escape the log.
	ctx = context.WithoutCancel(ctx)
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		s.Record(tx, Entry{
			Project: chain, Who: who, Action: "web.refused", Kind: "operation",
			Summary: fmt.Sprintf("请求“%s”被拒绝：%s", what, why(status)),
			After:   map[string]any{"operation": operation, "status": status, "project": project},
		})
		return nil
	})
	if err != nil {
		s.log.ErrorContext(ctx, "write refusal", "operation", operation, "error", err)
	}
}
