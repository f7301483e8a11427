package sim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// codeLife is how long the code of an authorisation is good. Source: WeChat,
// 网页授权 (five minutes, once).
const codeLife = 5 * time.Minute

// grant is what somebody at WeChat allowed an app to know.
type grant struct {
	app, openid string
	at          time.Time
	used        bool
}

// oauthRoutes are the two addresses by which a page learns who stands in front
// of it. They are not signed: a secret and a code that is good once stand for
// that.
func (s *Sim) oauthRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /connect/oauth2/authorize", s.authorize)
	mux.HandleFunc("GET /sns/oauth2/access_token", s.accessToken)
}

// authorize sends the browser back with a code, silently: snsapi_base asks
// nothing of the payer.
func (s *Sim) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	app := q.Get("appid")
	refused := ""
	switch {
	case !strings.Contains(r.UserAgent(), "MicroMessenger"):
		refused = "请在微信客户端打开链接"
	case !s.app(app):
		refused = "AppID 参数错误"
	case err != nil || back.Host == "" || back.Scheme != "https" && back.Scheme != "http":
		refused = "redirect_uri 参数错误"
	case q.Get("response_type") != "code" || q.Get("scope") != "snsapi_base":
		refused = "Scope 参数错误或没有 Scope 权限"
	}
	if refused != "" {
		http.Error(w, refused, http.StatusForbidden)
		return
	}
	code, err := s.grant(app, payerOf(w, r))
	if err != nil {
		s.fail(w, err)
		return
	}
	there := back.Query()
	there.Set("code", code)
	there.Set("state", q.Get("state"))
	back.RawQuery = there.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// payerOf is who is logged in at WeChat on this telephone.
func payerOf(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie("payer"); err == nil && c.Value != "" {
		return c.Value
	}
	payer := random(20)
	http.SetCookie(w, &http.Cookie{Name: "payer", Value: payer, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	return payer
}

// openid is how an app knows a payer: another app knows him otherwise.
func openid(app, payer string) string {
	sum := sha256.Sum256([]byte(app + "/" + payer))
	return "o" + base64.RawURLEncoding.EncodeToString(sum[:])[:27]
}

// app tells whether some merchant has this app.
func (s *Sim) app(app string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.secretOf(app) != ""
}

// secretOf is the secret of an app; the caller holds the lock.
func (s *Sim) secretOf(app string) string {
	for _, m := range s.books.Subs {
		if m.App == app && app != "" {
			return m.Secret
		}
	}
	for _, m := range s.books.Merchants {
		if m.App == app && app != "" {
			return m.Secret
		}
	}
	return ""
}

func (s *Sim) grant(app, payer string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, code := s.o.Clock.Now(), random(32)
	for old, g := range s.grants {
		if now.Sub(g.at) > 2*codeLife {
			delete(s.grants, old)
		}
	}
	id := openid(app, payer)
	s.grants[code], s.books.Openids[id] = grant{app: app, openid: id, at: now}, app
	return code, s.saved()
}

// Authorise is what the payer's browser does at the address of authorisation:
// it answers the code that comes back with him.
func (s *Sim) Authorise(app, payer string) (string, error) { return s.grant(app, payer) }

func (s *Sim) accessToken(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	answer, err := s.exchange(q.Get("appid"), q.Get("secret"), q.Get("code"), q.Get("grant_type"))
	if err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/plain") // as the real one does
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.o.Log.Info("simulator: the client has gone", "error", err)
	}
}

// exchange gives the openid for a code. Errors are part of a 200 answer.
// Source: WeChat, 网页授权 and 全局返回码.
func (s *Sim) exchange(app, secret, code, kind string) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	wrong := func(number int, words string) (map[string]any, error) {
		return map[string]any{"errcode": number, "errmsg": words + ", rid: " + random(8)}, nil
	}
	g, known := s.grants[code]
	switch right := s.secretOf(app); {
	case right == "":
		return wrong(40013, "invalid appid")
	case secret != right:
		return wrong(40125, "invalid appsecret")
	case kind != "authorization_code":
		return wrong(40002, "invalid grant_type")
	case !known || g.app != app:
		return wrong(40029, "invalid code")
	case g.used:
		return wrong(40163, "code been used")
	case s.o.Clock.Now().Sub(g.at) > codeLife:
		return wrong(42003, "code expired")
	}
	g.used = true
	s.grants[code] = g
	return map[string]any{"access_token": random(64), "expires_in": 7200, "refresh_token": random(64), "openid": g.openid, "scope": "snsapi_base"}, nil
}
