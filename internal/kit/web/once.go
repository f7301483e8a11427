package web

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"linli/internal/kit/id"
)

// onceKey is under what an answer is remembered.
type onceKey struct {
	account id.ID
	key     string
	digest  string // of the request
	sealed  bool
}

func (s *Server) plainKey(r *http.Request, account id.ID, key string, body []byte) onceKey {
	sum := sha256.Sum256(append([]byte(r.URL.RequestURI()+"\n"), body...))
	return onceKey{account, key, hex.EncodeToString(sum[:]), false}
}

// secretKey is that of a request with a password. It stands for the session and
// not for the account: who has changed the password comes back with a session
// that this very command has ended, and nobody else holds its token. A digest
// that is keyed tells nothing of the password to who reads the table.
func (s *Server) secretKey(r *http.Request, key string, body []byte) onceKey {
	return onceKey{0, "secret." + s.deps.Ring.Blind(0, "answer.key", Token(r)+"\n"+key),
		s.deps.Ring.Blind(0, "answer.request", r.URL.RequestURI()+"\n"+string(body)), true}
}

func (k onceKey) place() string { return "kit_answer.body." + k.key }

// sealedAnswer is what is kept of an answer that may hold a token.
type sealedAnswer struct {
	Cookies []string `json:"cookies"`
	Body    []byte   `json:"body"`
}

func (s *Server) unseal(k onceKey, kept []byte, into http.Header) ([]byte, error) {
	text, err := s.deps.Ring.Open(string(kept), k.place())
	if err != nil {
		return nil, fmt.Errorf("open stored answer: %w", err)
	}
	var a sealedAnswer
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return nil, fmt.Errorf("open stored answer: %w", err)
	}
	for _, c := range a.Cookies {
		into.Add("Set-Cookie", c)
	}
	return a.Body, nil
}
