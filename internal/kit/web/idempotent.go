package web

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"linli/internal/kit/actor"
	"linli/internal/kit/db"
	"linli/internal/kit/fault"
)

// keepAnswers is how long a key is remembered; promised are 30 days.
const keepAnswers = 35 * 24 * time.Hour

// answer is a stored answer.
type answer struct {
	digest string
	status int
	kind   string
	body   []byte
}

type capture struct {
	header http.Header
	status int
	buf    bytes.Buffer
}

func (c *capture) Header() http.Header { return c.header }
func (c *capture) WriteHeader(s int) {
	if c.status == 0 {
		c.status = s
	}
}
func (c *capture) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	return c.buf.Write(b)
}

var errServer = errors.New("handler answered 5xx")

// idempotent runs a POST with an Idempotency-Key in one transaction together
// with its stored answer, so that the effect and the memory of it are durable
// at the same instant. A 4xx is remembered too (its effects are rolled back by
// the command itself); a 5xx rolls everything back and is not remembered.
func (s *Server) idempotent(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, key := actor.From(r.Context()), r.Header.Get("Idempotency-Key")
		multipart := strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/")
		_, pattern := s.mux.Handler(r)
		secret := s.secrets[pattern] && !s.open[pattern] && s.deps.Ring != nil && Token(r) != ""
		if r.Method != http.MethodPost || key == "" || who.Account == 0 && !secret || multipart || s.secrets[pattern] && !secret {
			next.ServeHTTP(w, r)
			return
		}
		if len(key) > 100 || strings.ContainsFunc(key, func(c rune) bool { return c < 0x21 || c > 0x7e }) {
			writeProblem(w, errKeyBad, "")
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			writeProblem(w, errJSON.Because(err), "")
			return
		}
		once := s.plainKey(r, who.Account, key, body)
		if secret {
			once = s.secretKey(r, key, body)
		}
		var c *capture
		if who.Account != 0 {
			c, err = s.runOnce(r, next, once, body)
		} else if c, err = s.replay(r.Context(), s.deps.DB.Reader(r.Context()), once); errors.Is(err, sql.ErrNoRows) {
			// The session has ended, and not by what is asked for now.
			c, err = s.let(r, next, body), nil
		}
		if e := fault.As(err); e != nil {
			writeProblem(w, e, "")
			return
		}
		if err != nil && !errors.Is(err, errServer) {
			level := slog.LevelError
			if r.Context().Err() != nil {
				level = slog.LevelInfo // the client has gone; it asks again under the same key
			}
			s.deps.Log.LogAttrs(r.Context(), level, "idempotent command", slog.Any("error", err))
			writeProblem(w, fault.New(fault.Internal, "internal", "没能完成，结果未知，请用同一操作重试一次"), "")
			return
		}
		for k, v := range c.header {
			w.Header()[k] = v
		}
		w.WriteHeader(c.status)
		w.Write(c.buf.Bytes())
	})
}

func (s *Server) runOnce(r *http.Request, next http.Handler, once onceKey, body []byte) (*capture, error) {
	var c *capture
	err := s.deps.DB.Write(r.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(r.Context(), `INSERT INTO kit_answer (account_id, key, digest, status, kind, body, created_at)
			VALUES (?, ?, ?, 0, '', ?, ?) ON CONFLICT (account_id, key) DO NOTHING`, once.account, once.key, once.digest, []byte{}, tx.Now())
		if err != nil {
			return fmt.Errorf("remember key: %w", err)
		}
		if n == 0 {
			c, err = s.replay(r.Context(), tx, once)
			if errors.Is(err, sql.ErrNoRows) {
				return fault.New(fault.Unavailable, "busy", "上一次同样的请求还没结束，请稍后再试")
			}
			return err
		}
		c = s.let(r.WithContext(db.Join(r.Context(), tx)), next, body)
		if c.status >= 500 || c.status == 499 {
			return errServer
		}
		// What must not be kept (a revealed phone number) is not kept here either.
		secret := c.header.Get("Cache-Control") == "no-store"
		if secret || c.status == http.StatusUnauthorized || c.status == http.StatusTooManyRequests {
			_, err = tx.Exec(r.Context(), "DELETE FROM kit_answer WHERE account_id = ? AND key = ?", once.account, once.key)
			return err
		}
		return s.remember(r.Context(), tx, once, c)
	})
	return c, err
}

// let runs the operation and takes its answer down.
func (s *Server) let(r *http.Request, next http.Handler, body []byte) *capture {
	c := &capture{header: http.Header{}}
	inner := r.Clone(r.Context())
	inner.Body, inner.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	next.ServeHTTP(c, inner)
	if c.status == 0 {
		c.status = http.StatusOK
	}
	return c
}

func (s *Server) remember(ctx context.Context, tx *db.Tx, once onceKey, c *capture) error {
	kept := append([]byte{}, c.buf.Bytes()...) // never NULL: a 204 has no body
	if once.sealed {
		text, err := json.Marshal(sealedAnswer{c.header.Values("Set-Cookie"), kept})
		if err != nil {
			return fmt.Errorf("seal answer: %w", err)
		}
		sealed, err := s.deps.Ring.Seal(string(text), once.place())
		if err != nil {
			return fmt.Errorf("seal answer: %w", err)
		}
		kept = []byte(sealed)
	}
	_, err := tx.Exec(ctx, "UPDATE kit_answer SET status = ?, kind = ?, body = ? WHERE account_id = ? AND key = ?",
		c.status, c.header.Get("Content-Type"), kept, once.account, once.key)
	return err
}

// replay is the stored answer. Errors: sql.ErrNoRows, errKeyReused.
func (s *Server) replay(ctx context.Context, q db.Q, once onceKey) (*capture, error) {
	var a answer
	err := q.QueryRow(ctx, "SELECT digest, status, kind, body FROM kit_answer WHERE account_id = ? AND key = ?", once.account, once.key).
		Scan(&a.digest, &a.status, &a.kind, &a.body)
	if err != nil {
		return nil, fmt.Errorf("read stored answer: %w", err)
	}
	if a.digest != once.digest {
		return nil, errKeyReused
	}
	c := &capture{header: http.Header{}, status: a.status}
	if once.sealed {
		if a.body, err = s.unseal(once, a.body, c.header); err != nil {
			return nil, err
		}
	}
	if a.kind != "" {
		c.header.Set("Content-Type", a.kind)
	}
	c.header.Set("Idempotent-Replay", "true")
	c.buf.Write(a.body)
	return c, nil
}

// ForgetAnswers drops keys older than the promised time; a job calls it daily.
func ForgetAnswers(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM kit_answer WHERE created_at < ?", tx.Now().Add(-keepAnswers))
		return err
	})
}
