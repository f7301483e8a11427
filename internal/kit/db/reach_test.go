package db_test

import (
	"context"
	"database/sql"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"linli/internal/kit/db"
	"linli/internal/kit/dbtest"
	"linli/internal/kit/fault"
)

// TestAwayInWords says what is wrong with LINLI_DB, and never the password.
func TestAwayInWords(t *testing.T) {
	base := dbtest.Postgres(t, things())
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := taken.Addr().String()
	taken.Close()
	with := func(user *url.Userinfo, host, path, query string) string {
		return (&url.URL{Scheme: "postgres", User: user, Host: host, Path: path, RawQuery: query}).String()
	}
	me, stranger := at.User, url.UserPassword("linli_nobody", "Geheim-11")
	for name, c := range map[string]struct{ dsn, want string }{
		"nothing listens": {with(me, gone, "/x", "sslmode=disable"), "连不上 PostgreSQL：" + gone + " 没有数据库在运行"},
		"no such host":    {with(me, "db.invalid", "/x", ""), "找不到数据库主机 db.invalid"},
		"no such user":    {with(stranger, at.Host, "/postgres", ""), "用户 linli_nobody"},
		"no such name":    {with(me, at.Host, "/linli_nowhere", ""), "没有数据库 linli_nowhere：请核对 LINLI_DB，或先建好：CREATE DATABASE linli_nowhere OWNER "},
		"no TLS":          {with(me, at.Host, "/postgres", "sslmode=require"), "?sslmode=disable"},
		"no port":         {"postgres://linli:Geheim-11@127.0.0.1:port/x", "LINLI_DB 写得不对"},
		"bare signs":      {"postgres://linli:Geheim-11@ss/w#d@127.0.0.1:5432/x", "%40"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := db.Open(t.Context(), db.Options{DSN: c.dsn, Dir: t.TempDir()})
			f := fault.As(err)
			if f == nil || f.Code != db.ErrAway.Code || !strings.Contains(f.Text, c.want) || strings.Contains(f.Text, "Geheim") {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
		})
	}
}

// TestMayNotMakeTables is what PostgreSQL 15 answers whoever does not own the
// database.
func TestMayNotMakeTables(t *testing.T) {
	base := dbtest.Postgres(t, things())
	admin, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	admin.SetMaxOpenConns(1)
	name := dbtest.Name("may")
	do := func(ctx context.Context, query string) {
		if _, err := admin.ExecContext(ctx, query); err != nil {
			t.Errorf("%s: %v", query, err)
		}
	}
	do(t.Context(), "CREATE ROLE "+name+" LOGIN PASSWORD 'Geheim-12'")
	do(t.Context(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 10*time.Second)
		defer cancel()
		do(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
		do(ctx, "DROP ROLE IF EXISTS "+name)
		admin.Close()
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.User, u.Path = url.UserPassword(name, "Geheim-12"), "/"+name
	d, err := db.Open(t.Context(), db.Options{DSN: u.String()})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	err = d.Migrate(t.Context(), things()...)
	if f := fault.As(err); f == nil || !strings.Contains(f.Text, "ALTER DATABASE "+name+" OWNER TO "+name) {
		t.Errorf("got %v", err)
	}
	do(t.Context(), "ALTER DATABASE "+name+" OWNER TO "+name)
	if err := d.Migrate(t.Context(), things()...); err != nil {
		t.Errorf("after what the sentence says: %v", err)
	}
}
