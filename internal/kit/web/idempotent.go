package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
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
	"linli/internal/kit/id"
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
		if r.Method != http.MethodPost || key == "" || who.Account == 0 || multipart || s.secrets[pattern] {
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
		sum := sha256.Sum256(append([]byte(r.URL.RequestURI()+"\n"), body...))
		digest := hex.EncodeToString(sum[:])
		c, err := s.runOnce(r, next, who.Account, key, digest, body)
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

func (s *Server) runOnce(r *http.Request, next http.Handler, account id.ID, key, digest string, body []byte) (*capture, error) {
	var c *capture
	err := s.deps.DB.Write(r.Context(), func(tx *db.Tx) error {
		n, err := tx.Exec(r.Context(), `INSERT INTO kit_answer (account_id, key, digest, status, kind, body, created_at)
			VALUES (?, ?, ?, 0, '', ?, ?) ON CONFLICT (account_id, key) DO NOTHING`, account, key, digest, []byte{}, tx.Now())
		if err != nil {
			return fmt.Errorf("remember key: %w", err)
		}
		if n == 0 {
			c, err = replay(r.Context(), tx, account, key, digest)
			return err
		}
		c = &capture{header: http.Header{}}
		inner := r.Clone(db.Join(r.Context(), tx))
		inner.Body, inner.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		next.ServeHTTP(c, inner)
		if c.status == 0 {
			c.status = http.StatusOK
		}
		if c.status >= 500 || c.status == 499 {
			return errServer
		}
		// What must not be kept (a revealed phone number) is not kept here either.
		secret := c.header.Get("Cache-Control") == "no-store"
		if secret || c.status == http.StatusUnauthorized || c.status == http.StatusTooManyRequests {
			_, err = tx.Exec(r.Context(), "DELETE FROM kit_answer WHERE account_id = ? AND key = ?", account, key)
			return err
		}
		_, err = tx.Exec(r.Context(), "UPDATE kit_answer SET status = ?, kind = ?, body = ? WHERE account_id = ? AND key = ?",
			c.status, c.header.Get("Content-Type"), append([]byte{}, c.buf.Bytes()...), account, key) // never NULL: a 204 has no body
		return err
	})
	return c, err
}

func replay(ctx context.Context, tx *db.Tx, account id.ID, key, digest string) (*capture, error) {
	var a answer
	err := tx.QueryRow(ctx, "SELECT digest, status, kind, body FROM kit_answer WHERE account_id = ? AND key = ?", account, key).
		Scan(&a.digest, &a.status, &a.kind, &a.body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Unavailable, "busy", "上一次同样的请求还没结束，请稍后再试")
	}
	if err != nil {
		return nil, fmt.Errorf("read stored answer: %w", err)
	}
	if a.digest != digest {
		return nil, errKeyReused
	}
	c := &capture{header: http.Header{}, status: a.status}
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
