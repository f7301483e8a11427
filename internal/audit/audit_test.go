package audit_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"linli/internal/audit"
	"linli/internal/kit/actor"
	"linli/internal/kit/clock"
	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/id"
	"linli/internal/kit/page"
	"linli/internal/kit/web"
)

func rooms() []db.Migrations { return []db.Migrations{web.Migrations(), audit.Migrations()} }

func service(d *db.DB) *audit.Service {
	return audit.New(audit.Deps{DB: d, Key: []byte("0123456789abcdef0123456789abcdef"),
		Projects: func(context.Context, actor.Actor) (map[id.ID]string, error) {
			return map[id.ID]string{2: "翠湖花园"}, nil
		}})
}

var clerk = actor.Actor{Account: 7, Name: "李雪梅", Session: "5e55", Address: "10.0.0.9"}

func record(t *testing.T, d *db.DB, s *audit.Service, entries ...audit.Entry) {
	t.Helper()
	for _, e := range entries {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { s.Record(tx, e); return nil }); err != nil {
			t.Fatalf("record: %v", err)
		}
	}
}

func entries(t *testing.T, s *audit.Service, project id.ID, f audit.Filter) []audit.Row {
	t.Helper()
	l, err := s.Entries(t.Context(), project, f)
	if err != nil {
		t.Fatalf("entries: %v", err)
	}
	return l.Items
}

func TestRecordKeepsWhatHappened(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, now *clock.Manual) {
		s := service(d)
		type side struct {
			Price int64 `json:"price"`
		}
		before := &side{260}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			s.Record(tx, audit.Entry{Project: 3, Who: clerk, Action: "billing.rated", Kind: "item", Subject: 44,
				Person: 9, Summary: "物业服务费改价\x00", Before: before, After: side{280}})
			before.Price = 999 // taken as it was
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got := entries(t, s, 3, audit.Filter{})
		if len(got) != 1 {
			t.Fatalf("%d entries", len(got))
		}
		r := got[0]
		if r.Seq != 1 || r.Before != `{"price":260}` || r.After != `{"price":280}` || r.Account != 7 || r.Name != "李雪梅" ||
			r.Session != "5e55" || r.Address != "10.0.0.9" || r.Subject != 44 || r.Person != 9 || r.Summary != "物业服务费改价" ||
			r.At.Before(dbtest.Start()) {
			t.Errorf("stored %+v", r)
		}
		if err := s.Verify(t.Context(), 3); err != nil {
			t.Errorf("verify: %v", err)
		}
		unwritable := d.Write(t.Context(), func(tx *db.Tx) error {
			s.Record(tx, audit.Entry{Project: 3, Who: clerk, After: make(chan int)})
			return nil
		})
		if unwritable == nil || len(entries(t, s, 3, audit.Filter{})) != 1 {
			t.Errorf("an entry that cannot be written let the change pass: %v", unwritable)
		}
	})
}

func TestRollbackLeavesNoEntry(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s, ctx := service(d), t.Context()
		errNo := errors.New("no")
		_ = d.Write(ctx, func(tx *db.Tx) error { s.Record(tx, audit.Entry{Project: 1, Summary: "全部回滚"}); return errNo })
		err := d.Write(ctx, func(tx *db.Tx) error {
			inner := db.Join(ctx, tx)
			if err := d.Write(inner, func(tx *db.Tx) error { s.Record(tx, audit.Entry{Project: 1, Summary: "回滚"}); return errNo }); !errors.Is(err, errNo) {
				t.Errorf("savepoint: %v", err)
			}
			return d.Write(inner, func(tx *db.Tx) error { s.Record(tx, audit.Entry{Project: 1, Summary: "留下"}); return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		got := entries(t, s, 1, audit.Filter{})
		if len(got) != 1 || got[0].Summary != "留下" || got[0].Seq != 1 {
			t.Errorf("entries %+v", got)
		}
	})
}

func TestVerifyNamesTheTouchedEntry(t *testing.T) {
	cases := []struct {
		name, sql string
		seq       int64
	}{
		{"flip text", "UPDATE audit_entry SET summary = '别的' WHERE project_id = {p} AND seq = 3", 3},
		{"flip account", "UPDATE audit_entry SET account_id = 8 WHERE project_id = {p} AND seq = 2", 2},
		{"flip address", "UPDATE audit_entry SET address = '' WHERE project_id = {p} AND seq = 2", 2},
		{"G28 text moved over a border", "UPDATE audit_entry SET account_name = account_name || session, session = '' WHERE project_id = {p} AND seq = 2", 2},
		{"flip instant", "UPDATE audit_entry SET at = at + 1 WHERE project_id = {p} AND seq = 5", 5},
		{"delete in the middle", "DELETE FROM audit_entry WHERE project_id = {p} AND seq = 4", 4},
		{"delete the first", "DELETE FROM audit_entry WHERE project_id = {p} AND seq = 1", 1},
		{"delete the last", "DELETE FROM audit_entry WHERE project_id = {p} AND seq = 5", 5},
		{"delete all", "DELETE FROM audit_entry WHERE project_id = {p}", 1},
		{"insert at the end", `INSERT INTO audit_entry SELECT project_id, 6, at, account_id, account_name, session, address, action, kind,
			subject_id, person_id, summary, before, after, mac FROM audit_entry WHERE project_id = {p} AND seq = 5`, 6},
		{"insert before the first", `INSERT INTO audit_entry SELECT project_id, 0, at, account_id, account_name, session, address, action, kind,
			subject_id, person_id, summary, before, after, mac FROM audit_entry WHERE project_id = {p} AND seq = 5`, 1},
		{"moved to another project", "UPDATE audit_entry SET project_id = {p} + 500 WHERE project_id = {p} AND seq = 2", 2},
		{"head rewound", "UPDATE audit_head SET seq = 4 WHERE project_id = {p}", 4},
		{"head sealed otherwise", "UPDATE audit_head SET mac = (SELECT mac FROM audit_entry WHERE project_id = {p} AND seq = 1) WHERE project_id = {p}", 5},
		{"head removed", "DELETE FROM audit_head WHERE project_id = {p}", 1},
	}
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s, ctx := service(d), t.Context()
		for i, c := range cases {
			p, other := id.ID(10+i), id.ID(200+i)
			for range 5 {
				record(t, d, s, audit.Entry{Project: p, Who: clerk, Summary: "改价"}, audit.Entry{Project: other, Who: clerk, Summary: "改价"})
			}
			if err := s.Verify(ctx, p); err != nil {
				t.Fatalf("%s: before: %v", c.name, err)
			}
			if err := d.Write(ctx, func(tx *db.Tx) error {
				_, err := tx.Exec(ctx, strings.ReplaceAll(c.sql, "{p}", p.String()))
				return err
			}); err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			var b *audit.Broken
			if err := s.Verify(ctx, p); !errors.As(err, &b) || b.Seq != c.seq || b.Project != p {
				t.Errorf("%s: verify: %v, want entry %d", c.name, err, c.seq)
			}
			if err := s.Verify(ctx, other); err != nil {
				t.Errorf("%s: the other project: %v", c.name, err)
			}
			if err := s.VerifyAll(ctx); err == nil || !strings.Contains(err.Error(), "of project "+p.String()+" ") {
				t.Errorf("%s: VerifyAll: %v", c.name, err)
			}
		}
	})
}

func TestAnotherKeyDoesNotVerify(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		record(t, d, service(d), audit.Entry{Project: 1, Who: clerk})
		if err := audit.New(audit.Deps{DB: d, Key: []byte("other")}).Verify(t.Context(), 1); err == nil {
			t.Error("a chain sealed with another key verifies")
		}
		if err := d.Write(t.Context(), func(tx *db.Tx) error {
			audit.New(audit.Deps{DB: d}).Record(tx, audit.Entry{Project: 1})
			return nil
		}); err == nil {
			t.Error("a log without key lets changes pass")
		}
	})
}

func TestConcurrentRecordersKeepTheChain(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s, ctx := service(d), t.Context()
		const workers, each = 8, 15
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				for i := range each {
					// Every other transaction touches two chains, in either order.
					first, second := id.ID(1), id.ID(0)
					if w%2 == 0 {
						first, second = second, first
					}
					err := d.Write(ctx, func(tx *db.Tx) error {
						s.Record(tx, audit.Entry{Project: first, Who: clerk, Summary: "一"})
						if i%2 == 0 {
							s.Record(tx, audit.Entry{Project: second, Who: clerk, Summary: "二"})
						}
						return nil
					})
					if err != nil {
						t.Errorf("worker %d: %v", w, err)
					}
					if i == each/2 {
						if err := s.Verify(ctx, 1); err != nil {
							t.Errorf("verify meanwhile: %v", err)
						}
					}
				}
			})
		}
		wg.Wait()
		if err := s.VerifyAll(ctx); err != nil {
			t.Errorf("verify: %v", err)
		}
		one, _, err := s.Head(ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		zero, _, err := s.Head(ctx, 0)
		if err != nil {
			t.Fatal(err)
		}
		if want := int64(workers * (each + (each+1)/2)); one+zero != want {
			t.Errorf("%d entries, want %d", one+zero, want)
		}
	})
}

func TestEntriesFilterAndPages(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := service(d)
		for i := range 25 {
			record(t, d, s, audit.Entry{Project: 1, Who: actor.Actor{Account: id.ID(1 + i%2)}, Action: "a", Kind: "item", Subject: id.ID(i % 5), Person: id.ID(i % 3)})
		}
		for _, c := range []struct {
			name string
			f    audit.Filter
			want int
		}{
			{"all", audit.Filter{}, 25}, {"account", audit.Filter{Account: 2}, 12}, {"subject", audit.Filter{Subject: 4, Kind: "item"}, 5},
			{"person", audit.Filter{Person: 2}, 8}, {"action", audit.Filter{Action: "b"}, 0},
			{"since", audit.Filter{Since: dbtest.Start().AddDate(0, 0, 1)}, 0}, {"until", audit.Filter{Until: dbtest.Start().AddDate(0, 0, 1)}, 25},
		} {
			if got := entries(t, s, 1, c.f); len(got) != c.want {
				t.Errorf("%s: %d, want %d", c.name, len(got), c.want)
			}
		}
		var seen []int64
		f := audit.Filter{Request: page.Request{Limit: 10}}
		for {
			l, err := s.Entries(t.Context(), 1, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range l.Items {
				seen = append(seen, r.Seq)
			}
			if f.Cursor = l.Next; l.Next == "" {
				break
			}
		}
		for i, n := range seen {
			if n != int64(25-i) {
				t.Fatalf("pages show %v", seen)
			}
		}
		if _, err := s.Entries(t.Context(), 1, audit.Filter{Request: page.Request{Cursor: "x!"}}); !errors.Is(err, page.ErrCursor) {
			t.Errorf("odd cursor: %v", err)
		}
	})
}

func TestRoutesAndRefusals(t *testing.T) {
	dbtest.Run(t, rooms(), func(t *testing.T, d *db.DB, _ *clock.Manual) {
		s := service(d)
		people := map[string]actor.Actor{
			"all":   {Account: 1, Name: "周岚", Grants: []actor.Grant{{Permissions: []actor.Permission{audit.PermRead}}}},
			"one":   {Account: 2, Name: "李雪梅", Grants: []actor.Grant{{Project: 1, Permissions: []actor.Permission{audit.PermRead}}}},
			"clerk": {Account: 3, Name: "郭海涛", Grants: []actor.Grant{{Project: 1}}},
		}
		w := web.New(web.Deps{DB: d, Log: slog.New(slog.DiscardHandler), Refused: s.Refused,
			Authenticate: func(_ context.Context, token, addr string) (actor.Actor, error) {
				a := people[token]
				a.Address = addr
				return a, nil
			}})
		s.Routes(w)
		srv := httptest.NewServer(w.Handler())
		defer srv.Close()
		record(t, d, s, audit.Entry{Project: 1, Who: clerk, Action: "a", Summary: "一号项目", After: map[string]int{"x": 1}},
			audit.Entry{Project: 2, Who: clerk, Summary: "二号项目"}, audit.Entry{Who: clerk, Summary: "全公司"})
		for _, c := range []struct {
			who, path string
			status    int
			want      string
		}{
			{"all", "/audit", 200, "全公司"}, {"all", "/projects/2/audit", 200, "二号项目"}, {"one", "/projects/1/audit?action=a", 200, `"after":{"x":1}`},
			{"one", "/audit", 403, "forbidden"}, {"one", "/projects/2/audit", 404, "project_not_found"},
			{"clerk", "/projects/1/audit", 403, "forbidden"}, {"", "/audit", 401, "sign_in"},
			{"one", "/projects/1/audit?limit=500", 422, "input_invalid"}, {"one", "/projects/1/audit?subject_id=0x10", 400, "input_malformed"},
		} {
			req, err := http.NewRequestWithContext(t.Context(), "GET", srv.URL+web.Prefix+c.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+c.who)
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || res.StatusCode != c.status || !strings.Contains(string(b), c.want) || !json.Valid(b) {
				t.Errorf("%s %s: %d %s %v", c.who, c.path, res.StatusCode, b, err)
			}
		}
		if got := entries(t, s, 1, audit.Filter{Action: "web.refused"}); len(got) != 1 || got[0].Account != 3 || got[0].Address != "127.0.0.1" {
			t.Errorf("refusals in project 1: %+v", got)
		}
		if got := entries(t, s, 2, audit.Filter{}); len(got) != 1 {
			t.Errorf("a refusal from outside changed project 2: %+v", got)
		}
		got := entries(t, s, 0, audit.Filter{Action: "web.refused"})
		if len(got) != 3 || !strings.Contains(got[1].After, `"project":"2"`) {
			t.Errorf("refusals of the installation: %+v", got)
		}
		for range 200 {
			s.Refused(t.Context(), actor.Actor{Address: "10.9.9.9"}, "list-audit", "查操作日志", 0, 401)
		}
		if n := len(entries(t, s, 0, audit.Filter{Request: page.Request{Limit: 200}, Action: "web.refused"})); n > 3+60 {
			t.Errorf("visitors wrote %d refusals in a minute", n)
		}
	})
}
